export type ServerSentEvent = { id: string | null; event: string; data: string };

/**
 * Reads a text/event-stream: https://html.spec.whatwg.org/multipage/server-sent-events.html,
 * without `retry`.
 */
export async function* serverSentEvents(
  chunks: AsyncIterable<string>,
): AsyncGenerator<ServerSentEvent> {
  let rest = "";
  for await (const chunk of chunks) {
    const blocks = (rest + chunk).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parsed(block);
      if (event !== undefined) yield event;
    }
  }
}

function parsed(block: string): ServerSentEvent | undefined {
  const fields = block
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith(":"))
    .map((line) => /^([^:]+):? ?(.*)$/.exec(line) ?? ["", line, ""]);
  const all = (name: string) =>
    fields.filter(([, field]) => field === name).map(([, , value]) => value ?? "");
  if (all("data").length === 0) return undefined;
  return {
    id: all("id").at(-1) ?? null,
    event: all("event").at(-1) ?? "message",
    data: all("data").join("\n"),
  };
}
