import * as z from "zod";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

const MAX_LIST_BYTES = 256 * 1024;

/** How publishing a list ended: every problem names its line. */
export type PublishedList =
  | { kind: "loaded" }
  | { kind: "rejected"; problems: { line: number; message: string }[] }
  | { kind: "unknown"; lists: string[] };
export type ListPorts = { publishList(name: string, text: string): Promise<PublishedList> };

export const listRoutes = (ports: ListPorts): ApiRoute[] => [
  route({
    method: "PUT",
    path: "/lists/:name",
    access: "write",
    tag: "rules",
    operationId: "putList",
    summary: "Replaces the list of authors or of coins, or the blacklist, when it can be read.",
    params: z.object({ name: z.string() }),
    bodyType: "text/yaml",
    body: z.string(),
    maxBytes: MAX_LIST_BYTES,
    answer: z.object({ list: z.string(), loaded: z.literal(true) }),
    status: 200,
    example: { params: { name: "authors" }, body: "- { handle: ada, weight: 2 }\n" },
    async handle({ params: { name }, text }) {
      const published = await ports.publishList(name, text);
      if (published.kind === "unknown")
        return problem(
          404,
          `There is no list of that name; there are ${published.lists.join(", ")}.`,
        );
      if (published.kind === "loaded") return { list: name, loaded: true as const };
      const errors = published.problems.map(({ line, message }) => ({
        path: `line ${line}`,
        message,
      }));
      return problem(422, "The list cannot be read; the one before it stays in use.", { errors });
    },
  }),
];
