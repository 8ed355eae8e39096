import { Hono } from "hono";
import * as z from "zod";
import { snakeCased } from "../kit/case.ts";
import { ACCESS, type ApiEnv } from "./access.ts";
import { type ApiOperation, OPERATIONS } from "./operations-table.ts";

type Json = Record<string, unknown>;

/** GET /openapi.json: OpenAPI 3.1 out of the same zod schemas that check the requests. */
export function openapiRoutes({ version }: { version: string }): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get("/openapi.json", () => {
    const headers = { "Content-Type": "application/json", "Cache-Control": "public, max-age=300" };
    return new Response(JSON.stringify(document(version)), { headers });
  });
  return app;
}

function document(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const [method = "", path = ""] = route.split(" ");
    const template = path.replace(/:(\w+)/g, (_, name) => `{${name}}`);
    paths[template] = {
      ...paths[template],
      [method.toLowerCase()]: described(route, path, operation),
    };
  }
  const schemes = { key: { type: "http", scheme: "bearer", description: "prefix_id.secret" } };
  const schemas = { Problem: PROBLEM };
  return {
    openapi: "3.1.0",
    info: {
      title: "Event Stream Starter",
      version,
      description: "Posts and on-chain facts in, explained signals out.",
    },
    paths,
    components: { securitySchemes: schemes, schemas },
  };
}

const PROBLEM = {
  type: "object",
  description: "RFC 9457. `errors` names the fields of a request that does not fit.",
  required: ["type", "title", "status", "detail"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        properties: { path: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

function described(route: string, path: string, operation: ApiOperation): Json {
  const {
    summary,
    query,
    body,
    bodyType,
    answer,
    answerType = "application/json",
    status = 200,
  } = operation;
  const need = ACCESS[route] ?? "admin";
  const open = need === "open" || need === "feed" || need === "operations" || need === "self";
  const scope =
    need === "feed" || need === "operations" ? "read" : need === "self" ? "ingest" : need;
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const content =
    status === 204
      ? {}
      : { content: { [answerType]: { schema: answer ? onWire(answer, "output") : {} } } };
  const problem = {
    description: "Refused",
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
  return {
    summary,
    ...(need !== "open" && {
      description: `Scope: ${scope}${open ? ", or public where the server says so" : ""}.`,
    }),
    ...(need !== "open" && { security: [...(open ? [{}] : []), { key: [] }] }),
    parameters: [...inPath, ...(query ? inQuery(query) : [])],
    ...((body || bodyType) && {
      requestBody: {
        required: true,
        content: {
          [bodyType ?? "application/json"]: { schema: body ? schemaOf(body, "input") : {} },
        },
      },
    }),
    responses: { [status]: { description: "Done", ...content }, default: problem },
  };
}

function inQuery(query: z.ZodObject): Json[] {
  const { properties = {} } = schemaOf(query, "input") as { properties?: Json };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema,
  }));
}

/** What JSON Schema cannot say (a check in code, a transform) is left out rather than refused. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...body } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    reused: "inline",
  });
  return body;
}

/**
 * Answers go out in snake_case, so their schemas do too: property names, and the names in
 * `required`.
 */
function onWire(schema: z.ZodType, io: "output"): Json {
  const renamed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(renamed);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        if (key === "required" && Array.isArray(inner))
          return [key, inner.map((name) => Object.keys(snakeCased({ [name]: 0 }) as Json)[0])];
        if (key !== "properties") return [key, renamed(inner)];
        const named = Object.entries(inner as Json).map(([name, property]): [string, unknown] => [
          Object.keys(snakeCased({ [name]: 0 }) as Json)[0] ?? name,
          renamed(property),
        ]);
        return [key, Object.fromEntries(named)];
      }),
    );
  };
  return renamed(schemaOf(schema, io)) as Json;
}
