import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN_KEY, fakePorts } from "../../test/support/api.ts";
import { storedPorts } from "../../test/support/stored-api.ts";
import { apiApp, apiRoutes } from "./app.ts";
import { accessShown, tenantsShown } from "./openapi.ts";
import type { ApiRoute } from "./route.ts";

type Json = Record<string, unknown>;
type Operation = { responses: Record<string, { content?: Record<string, { schema: Json }> }> };
type OpenApi = { paths: Record<string, Record<string, Operation>> };

const ROOT = join(import.meta.dirname, "../..");
const routes = apiRoutes(fakePorts());
const named = routes.map((route) => [`${route.method} ${route.path}`, route] as const);

let app: ReturnType<typeof apiApp>;
let document: OpenApi;

beforeEach(async () => {
  app = apiApp(await storedPorts());
  document = (await (await app.request("/openapi.json")).json()) as OpenApi;
});

const operationOf = ({ method, path }: Pick<ApiRoute, "method" | "path">): Operation => {
  const operation = document.paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${method} ${path} is not described`);
  return operation;
};

/** The example as it stands in the document. */
function send({ method, path, bodyType = "application/json", example = {} }: ApiRoute) {
  const { params = {}, query = {}, body, headers = {} } = example;
  const address = path.replace(/:(\w+)/g, (_, name) => encodeURIComponent(params[name] ?? ""));
  const type = bodyType === "*/*" ? "application/json" : bodyType;
  return app.request(`${address}?${new URLSearchParams(query)}`, {
    method,
    headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": type, ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

/** What the document says that a response is, against what it is; undefined when they agree. */
async function disagreement(operation: Operation, response: Response): Promise<unknown> {
  const described =
    operation.responses[response.status] ?? operation.responses[`${`${response.status}`[0]}XX`];
  const type = (response.headers.get("Content-Type") ?? "").split(";")[0] ?? "";
  const text = await response.text();
  if (described === undefined) return `status ${response.status} is not described`;
  if (described.content === undefined) return text === "" ? undefined : "a body is not described";
  const schema = described.content[type]?.schema;
  if (schema === undefined) return `the type ${type} is not described`;
  const meaning = Object.keys(schema).filter((key) => key !== "description");
  if (meaning.length === 0) return "the answer has no schema";
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const validate = ajv.compile({ ...schema, components: (document as Json).components });
  const value = type.endsWith("json") ? JSON.parse(text) : text;
  return validate(value) ? undefined : { errors: validate.errors, value };
}

describe("the example of every route", () => {
  it.each(named)("is answered by %s as /openapi.json says", async (_, route) => {
    const response = await send(route);
    const again = response.clone();
    expect(response.status, await again.text()).toBe(route.status);
    expect(await disagreement(operationOf(route), response)).toBeUndefined();
  });

  it.each(
    named.filter(([, { method, answerType }]) => method === "GET" && answerType === undefined),
  )("is answered by %s with data in each of its lists", async (_, route) => {
    const answer = (await (await send(route)).json()) as Json;
    const empty = Object.entries(answer).filter(
      ([name, value]) => Array.isArray(value) && value.length === 0 && !MAY_BE_EMPTY.has(name),
    );
    expect(empty).toEqual([]);
  });
});

/** Lists of a signal that holds none: nothing is missing. */
/** An audit that reconciles has nothing to list, and an event may be the only one of its token. */
const MAY_BE_EMPTY = new Set(["missing", "findings", "unaccounted", "tallies", "related"]);

describe("the document", () => {
  it("is contradicted by an answer that has other fields", async () => {
    const route = routes.find(({ operationId }) => operationId === "listEvents");
    if (route === undefined) throw new Error("no listEvents");
    const answer = (await (await send(route)).json()) as { events: Json[] };
    const wrong = { ...answer, events: answer.events.map((event) => ({ ...event, score: "12" })) };
    const response = Response.json(wrong);
    expect(await disagreement(operationOf(route), response)).toBeDefined();
  });

  it("describes what a route answers beside success", async () => {
    const ask = async (method: "POST" | "GET", path: string, address: string, body?: unknown) => {
      const response = await app.request(address, {
        method,
        headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const { status } = response;
      return [status, await disagreement(operationOf({ method, path }), response)];
    };
    expect([
      await ask("POST", "/dead-letters/replay", "/dead-letters/replay", {
        stage: "posts",
        dry_run: true,
      }),
      await ask("GET", "/events", "/events?limit=0"),
      await ask("GET", "/channels", "/channels?limit=x"),
      await ask("POST", "/rules/eval", "/rules/eval", { facts: { mentoins: 1 } }),
      await ask("POST", "/graphql", "/graphql", {}),
    ]).toEqual([
      [200, undefined],
      [422, undefined],
      [200, undefined],
      [200, undefined],
      [400, undefined],
    ]);
  });

  it("says of a number that it is a number", () => {
    const parameters = operationOf({ method: "GET", path: "/events" }) as unknown as {
      parameters: { name: string; schema: Json }[];
    };
    const types = parameters.parameters.map(({ name, schema }) => [name, schema.type]);
    expect(Object.fromEntries(types)).toMatchObject({
      limit: "integer",
      min_score: "number",
      chain: "string",
      since: "string",
    });
  });

  it("gives every operation a name of its own and a tag", () => {
    const names = routes.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  it("passes the recommended rules of Redocly", () => {
    const folder = mkdtempSync(join(tmpdir(), "openapi-"));
    try {
      const file = join(folder, "openapi.json");
      writeFileSync(file, JSON.stringify(document));
      const output = lint(file);
      const { totals, problems } = JSON.parse(output) as { totals: Json; problems: unknown };
      expect([totals.errors, totals.warnings], JSON.stringify(problems, null, 1)).toEqual([0, 0]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});

function lint(file: string): string {
  const cli = createRequire(import.meta.url).resolve("@redocly/cli/bin/cli.js");
  const flags = ["lint", file, "--extends", "recommended", "--format", "json"];
  const env = {
    ...process.env,
    REDOCLY_TELEMETRY: "off",
    REDOCLY_SUPPRESS_UPDATE_NOTICE: "true",
  };
  try {
    return execFileSync(process.execPath, [cli, ...flags], {
      env,
      encoding: "utf8",
      stdio: "pipe",
    });
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}

it("stands in docs/api.md with who may call it", () => {
  const rows = routes.map((route) => {
    const { method, path, summary } = route;
    const address = path.replace(/:(\w+)/g, "{$1}");
    const open = `${accessShown(route)} | ${tenantsShown(route)}`;
    return `| ${method} ${address} | ${open} | ${summary} |`;
  });
  const heads = "| route | open to | keys of tenants | does |";
  const table = [heads, "|---|---|---|---|", ...rows].join("\n");
  expect(readFileSync(join(ROOT, "docs/api.md"), "utf8")).toContain(table);
});
