import Fastify from "fastify";
import pg from "pg";

/**
 * The two reads as one writes them for Node: Fastify, a pool of pg, a statement each. Run with the
 * database's address; prints its own.
 */
const [, , connectionString] = process.argv;
const pool = new pg.Pool({ ...(connectionString && { connectionString }), max: 8 });
const app = Fastify();

const PAGE = `
  select s.event_key, s.state, s.previous_state, s.score, s.level, s.risk_level, s.reasons,
    s.missing, s.degraded, s.ts, e.type, e.chain, e.symbol, e.evidence_count
  from signals s join events e using (event_key) order by s.ts desc, s.id desc limit 51`;

app.get("/signals", async () => {
  const { rows } = await pool.query(PAGE);
  return { signals: rows.slice(0, 50), next_cursor: rows.length > 50 ? "more" : null };
});

app.get<{ Params: { key: string } }>("/signals/:key", async ({ params }, reply) => {
  const { rows } = await pool.query("select * from signals where event_key = $1", [params.key]);
  return rows[0] ?? reply.code(404).send({ title: "Not Found" });
});

console.log(await app.listen({ host: "127.0.0.1", port: 0 }));
