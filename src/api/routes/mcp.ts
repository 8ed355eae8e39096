import * as z from "zod";
import { parseJson } from "../../kit/parse-json.ts";
import { type ApiSettings, PUBLIC_ACCESS, requiredScope, scopeAllows } from "../context.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export type McpPorts = {
  settings: Pick<ApiSettings, "publicRead" | "version">;
};

/** Room for a rules file of 64 KB in JSON. */
const MAX_BYTES = 500_000;
/** Each call of a batch may ask the database, and the whole counts as one request. */
const MAX_BATCH = 10;

const batchRefused = (): Response =>
  Response.json(
    {
      jsonrpc: "2.0",
      id: null,
      error: { code: -32600, message: `A batch holds at most ${MAX_BATCH} messages.` },
    },
    { status: 400 },
  );

/**
 * The Model Context Protocol over the routes beside it: streamable HTTP, without sessions. A tool
 * is a call of a route with the caller's own key.
 */
export const mcpRoutes = (
  { settings }: McpPorts,
  routes: readonly ApiRoute[],
  dispatch: (request: Request) => Promise<Response>,
): ApiRoute[] => [
  route({
    method: "POST",
    path: "/mcp",
    access: "feed",
    tenants: "shared",
    tag: "live",
    operationId: "callMcp",
    effect: "none",
    heavy: true,
    summary:
      "The Model Context Protocol (streamable HTTP, stateless) for assistants: the read side by " +
      "the scopes of the caller's key.",
    bodyType: "application/json",
    body: z.string(),
    bodyShown: z.looseObject({ jsonrpc: z.literal("2.0") }),
    maxBytes: MAX_BYTES,
    answer: z.looseObject({ jsonrpc: z.literal("2.0") }),
    status: 200,
    example: {
      body: { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} },
      headers: { Accept: "application/json, text/event-stream" },
    },
    async handle({ text, context }) {
      const parsed = parseJson(text);
      if (parsed.kind === "malformed") return problem(400, `The body is ${parsed.message}.`);
      if (Array.isArray(parsed.value) && parsed.value.length > MAX_BATCH) return batchRefused();
      // Loaded with the first call: most isolates never answer one.
      const [{ answerMcp }, { mcpTools }] = await Promise.all([
        import("../mcp/server.ts"),
        import("../mcp/tools.ts"),
      ]);
      const caller = context.get("caller");
      const tools = mcpTools(routes).filter(
        ({ route: { access } }) =>
          PUBLIC_ACCESS[settings.publicRead].includes(access) ||
          scopeAllows(caller, requiredScope(access)),
      );
      const session = { version: settings.version, tools, dispatch };
      return answerMcp(context.req.raw, parsed.value, session);
    },
  }),
];
