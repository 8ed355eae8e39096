import * as z from "zod";
import { wireName } from "../kit/case.ts";
import { requiredScope } from "./context.ts";
import { type ApiRoute, type RouteDescription, route, TAGS } from "./route.ts";

type Json = Record<string, unknown>;

/** OpenAPI 3.1 out of the same declarations that check the requests. */
export function openapiDocument(version: string, routes: readonly RouteDescription[]): Json {
  const paths: Record<string, Json> = {};
  for (const described of routes) {
    const template = described.path.replace(/:(\w+)/g, (_, name) => `{${name}}`);
    paths[template] = {
      ...paths[template],
      [described.method.toLowerCase()]: operation(described),
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Event Stream Starter",
      version,
      description: "Posts and on-chain facts in, explained signals out.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "The server that answered this document." }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "prefix_id.secret" },
      },
      schemas: { Problem: PROBLEM },
    },
  };
}

/**
 * GET /openapi.json. `routes` are those beside it; the document describes itself too. It is written
 * once: that costs as much as many reads, and anyone may ask.
 */
export function openapiRoutes(version: string, routes: readonly ApiRoute[]): ApiRoute[] {
  let text: string | undefined;
  const own: ApiRoute = route({
    method: "GET",
    path: "/openapi.json",
    access: "open",
    tenants: "shared",
    tag: "operations",
    operationId: "getOpenapi",
    summary: "This document.",
    answer: z.looseObject({ openapi: z.literal("3.1.0") }),
    status: 200,
    handle() {
      const headers = {
        "Content-Type": "application/json",
        "Cache-Control": "public, max-age=300",
      };
      text ??= JSON.stringify(openapiDocument(version, [...routes, own]));
      return new Response(text, { headers });
    },
  });
  return [own];
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
        required: ["path", "message"],
        properties: {
          path: { type: "string" },
          message: { type: "string" },
          line: { type: "integer" },
          column: { type: "integer" },
          suggestion: { type: "string", description: "What to write instead." },
          mend: { type: "string", deprecated: true, description: "The same as suggestion." },
        },
      },
    },
  },
};
const REFUSED = {
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

/** Who may call it, in words. */
export const accessShown = ({ access }: Pick<RouteDescription, "access">): string => {
  if (access === "open") return "anyone";
  const scope = `scope ${requiredScope(access)}`;
  if (access === "feed") return `anyone while PUBLIC_READ is on, else ${scope}`;
  if (access === "operations") return `${scope}; anyone on your own machine`;
  return access === "self" ? `${scope}, or the source's own signature` : scope;
};

/** What a key of another tenant than the default one gets, in words. */
export const tenantsShown = ({ tenants }: Pick<RouteDescription, "tenants">): string =>
  tenants === undefined ? "no" : tenants === "own" ? "their own rows" : "as all";

function operation(described: RouteDescription): Json {
  const { access, tag, operationId, summary, status, answer, answerType, others = {} } = described;
  const optional = access === "feed" || access === "operations" || access === "self";
  const answers = Object.fromEntries(
    Object.entries(others).map(([code, schema]) => [code, answered(schema)]),
  );
  return {
    operationId,
    tags: [tag],
    summary,
    description: `Access: ${accessShown(described)}. Tenants: ${tenantsShown(described)}.`,
    security: access === "open" ? [] : [...(optional ? [{}] : []), { key: [] }],
    parameters: [...parameters(described, "path"), ...parameters(described, "query")],
    ...requestBody(described),
    responses: {
      [status]: answered(answer, answerType),
      ...answers,
      "4XX": { description: "Refused: `detail` says what to do.", ...REFUSED },
      "5XX": { description: "The server cannot answer now.", ...REFUSED },
    },
  };
}

const answered = (answer: z.ZodType | undefined, type = "application/json"): Json => ({
  description: "Done",
  ...(answer && { content: { [type]: { schema: onWire(schemaOf(answer, "output")) } } }),
});

function requestBody({ body, bodyShown = body, bodyType, example }: RouteDescription): Json {
  if (bodyShown === undefined) return {};
  const content = {
    schema: schemaOf(bodyShown, "input"),
    ...(example?.body !== undefined && { example: example.body }),
  };
  return {
    requestBody: { required: true, content: { [bodyType ?? "application/json"]: content } },
  };
}

function parameters({ params, query, example }: RouteDescription, place: "path" | "query"): Json[] {
  const schema = place === "path" ? params : query;
  const shown = (place === "path" ? example?.params : example?.query) ?? {};
  return Object.entries(schema?.shape ?? {}).map(([name, part]) => {
    const described = parameterSchema(part as z.ZodType);
    const given = shown[name];
    return {
      name,
      in: place,
      required: place === "path",
      schema: described,
      ...(given !== undefined && { example: isNumeric(described) ? Number(given) : given }),
    };
  });
}

/**
 * The arguments of a call as one object: path, query and body side by side, in the names of the
 * wire. They do not clash: a test of the MCP tools looks.
 */
export function callSchema(described: RouteDescription): Json & { type: "object" } {
  const path = parameters(described, "path");
  const query = parameters(described, "query");
  const named = [...path, ...query].map(
    ({ name, schema }) => [wireName(String(name)), schema] as const,
  );
  const shown = described.bodyShown ?? described.body;
  const isJson = shown !== undefined && described.bodyType === undefined;
  const body = isJson ? schemaOf(shown, "input") : {};
  const { properties = {}, required = [] } = body as { properties?: Json; required?: string[] };
  return {
    type: "object",
    properties: { ...Object.fromEntries(named), ...properties },
    required: [...path.map(({ name }) => wireName(String(name))), ...required],
    additionalProperties: false,
  };
}

/** The JSON Schema of an answer, in the names of the wire. */
export const answerSchema = ({ answer }: RouteDescription): Json =>
  answer === undefined ? {} : (onWire(schemaOf(answer, "output")) as Json);

const isNumeric = ({ type }: Json): boolean => type === "number" || type === "integer";

/**
 * What a parameter means rather than how it is spelt: a number is a number. Null stands for a
 * parameter that is absent, which no address can hold.
 */
function parameterSchema(part: z.ZodType): Json {
  const output = withoutNull(schemaOf(part, "output"));
  return Object.keys(output).some((key) => key === "type" || key === "enum")
    ? output
    : withoutNull(schemaOf(part, "input"));
}

function withoutNull({ anyOf, default: usual, type, ...rest }: Json): Json {
  const types = [type].flat().filter((name) => name !== undefined && name !== "null");
  const kept = {
    ...(types.length > 0 && { type: types.length === 1 ? types[0] : types }),
    ...rest,
    ...(usual !== null && usual !== undefined && { default: usual }),
  };
  if (!Array.isArray(anyOf)) return kept;
  const [only, ...more] = (anyOf as Json[]).filter((part) => part.type !== "null");
  return more.length === 0 ? { ...only, ...kept } : { ...kept, anyOf: [only, ...more] };
}

/** What JSON Schema cannot say (a check in code, a transform) is left out rather than refused. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const options = { io, unrepresentable: "any", reused: "inline" } as const;
  const { $schema: _, ...body } = z.toJSONSchema(schema, options);
  return body;
}

/**
 * Answers go out in snake_case, so their schemas do too: property names, and the names in
 * `required`.
 */
function onWire(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(onWire);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, inner]) => {
      if (key === "required" && Array.isArray(inner)) return [key, inner.map(wireName)];
      if (key !== "properties") return [key, onWire(inner)];
      const named = Object.entries(inner as Json).map(([name, property]) => [
        wireName(name),
        onWire(property),
      ]);
      return [key, Object.fromEntries(named)];
    }),
  );
}
