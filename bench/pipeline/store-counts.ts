/** What the database and Redis of a local stack were asked since they began. */
export type StoreCounts = { sql: number; redisTrips: number; redisCommands: number };

/** `ports` as in .local/stack.json. */
export async function storeCounts(
  ports: Record<string, number>,
  redisToken: string,
): Promise<StoreCounts> {
  const neon = (await (await fetch(`http://127.0.0.1:${ports.neon}/`)).json()) as {
    statements: number;
  };
  const asked = await fetch(`http://127.0.0.1:${ports.redis}/`, {
    method: "POST",
    headers: { authorization: `Bearer ${redisToken}` },
    body: JSON.stringify(["INFO"]),
  });
  const { result } = (await asked.json()) as { result: string };
  const counter = (name: string): number => Number(new RegExp(`${name}:(\\d+)`).exec(result)?.[1]);
  return {
    sql: neon.statements,
    redisTrips: counter("total_connections_received"),
    redisCommands: counter("total_commands_processed"),
  };
}
