import { Hono } from "hono";
import type { ApiEnv } from "./access.ts";
import { boundedText } from "./body.ts";
import { problem } from "./problem.ts";
import { jsonReply } from "./reply.ts";

const MAX_LIST_BYTES = 256 * 1024;

/** How publishing a list ended: every problem names its line. */
export type PublishedList =
  | { kind: "loaded" }
  | { kind: "rejected"; problems: { line: number; message: string }[] }
  | { kind: "unknown"; lists: string[] };
export type ListPorts = { publishList(name: string, text: string): Promise<PublishedList> };

/**
 * PUT /lists/{authors|blacklist}: the lists beside the rules, replaced whole, and only by one that
 * can be read.
 */
export function listRoutes(ports: ListPorts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.put("/lists/:name", async (c) => {
    const body = await boundedText(c.req.raw, MAX_LIST_BYTES);
    if (body.kind === "refused") return body.response;
    const name = c.req.param("name");
    const published = await ports.publishList(name, body.text);
    if (published.kind === "unknown")
      return problem(
        404,
        `There is no list of that name; there are ${published.lists.join(", ")}.`,
      );
    if (published.kind === "loaded") return jsonReply(200, { list: name, loaded: true });
    const errors = published.problems.map(({ line, message }) => ({
      path: `line ${line}`,
      message,
    }));
    return problem(422, "The list cannot be read; the one before it stays in use.", { errors });
  });
  return app;
}
