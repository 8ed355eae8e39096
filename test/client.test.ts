import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiError, createClient } from "../client/index.js";
import { operationsDts, operationsJs } from "../scripts/generate-client.ts";
import { apiApp } from "../src/api/app.ts";
import { ADMIN_KEY, fakePorts } from "./support/api.ts";
import { storedPorts } from "./support/stored-api.ts";

const ROOT = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const client = (app: ReturnType<typeof apiApp>, key: string | undefined = ADMIN_KEY) =>
  createClient({
    url: "http://server.test",
    key,
    fetch: async (input, init) => app.fetch(new Request(input as URL, init)),
  });
const frame = (id: number, event: string, data: object = {}) =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

it.each([
  ["client/operations.js", operationsJs],
  ["client/operations.d.ts", operationsDts],
])("%s is what npm run -s client:generate writes", (file, generated) => {
  expect(read(file)).toBe(generated());
});

describe("the client", () => {
  it("puts arguments into the path, the query and the body", async () => {
    const api = client(apiApp(await storedPorts()));
    expect((await api.getPost({ source: "x", id: "1" })).outcome).toBe("evidence");
    expect((await api.listDeadLetters({ replayed: "false", limit: 5 })).dead_letters).toHaveLength(
      1,
    );
    const changed = await api.updateKey({ id: "collector1", limit_per_minute: 5 });
    expect(changed.limit_per_minute).toBe(5);
    const list = { name: "authors", text: "- { handle: ada, weight: 2 }\n" };
    expect(await api.putList(list)).toEqual({ list: "authors", loaded: true });
    expect(await api.revokeKey({ id: "collector1" })).toBeUndefined();
  });

  it("asks nothing where an argument would lead to another route", async () => {
    const api = createClient({
      url: "http://server.test",
      fetch: () => Promise.reject(new Error("a request was made")),
    });
    for (const source of ["", ".", ".."])
      await expect(api.getPost({ source, id: "keys" }), source).rejects.toThrow(
        /^source cannot be/,
      );
  });

  it("walks the evidence of an event", async () => {
    const api = client(apiApp(await storedPorts()));
    const [event] = (await api.listEvents({ limit: 1 })).events;
    const found = [];
    for await (const { post_id: id } of api.each("getEvent", {
      event_key: event?.event_key ?? "",
      limit: 1,
    }))
      found.push(id);
    expect(found).toEqual(["1"]);
  });

  it("throws a refusal with its fields, and when to come back", async () => {
    const api = client(apiApp(fakePorts({ ingest: async () => down })));
    const refused = await api.listEvents({ limit: 1_000 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiError);
    expect(refused).toMatchObject({ status: 422, errors: [{ path: "limit" }] });
    const post = {
      id: "1",
      source: "me",
      author: "a",
      text: "t",
      posted_at: "2026-01-15T10:00:00Z",
    };
    const later = await api.ingestPosts({ posts: [post] }).catch((error: unknown) => error);
    expect(later).toMatchObject({ status: 503, retryAfterSeconds: 7 });
  });
  const down = { kind: "unavailable", retryAfter: 7 } as const;

  it("makes a change once under an idempotency key", async () => {
    const api = client(apiApp(fakePorts()));
    const ask = () => api.createKey({ name: "ci", scopes: ["read"] }, { idempotencyKey: "once" });
    expect((await ask()).key).toBe((await ask()).key);
  });

  it("walks every page", async () => {
    const cursors: (string | null)[] = [];
    const ports = fakePorts();
    const row = (await storedPorts()).store.eventLines;
    const [event] = (await row(NO_FILTER, { limit: 1, cursor: null })).items;
    if (event === undefined) throw new Error("no event");
    ports.store.eventLines = async (_, { cursor }) => {
      cursors.push(cursor);
      return {
        items: [event, event],
        nextCursor: cursors.length < 3 ? `c${cursors.length}` : null,
      };
    };
    const keys: string[] = [];
    for await (const { event_key } of client(apiApp(ports)).each("listEvents", { chain: "eth" }))
      keys.push(event_key);
    expect(keys).toHaveLength(6);
    expect(cursors).toEqual([null, "c1", "c2"]);
  });

  it("resumes the stream after the last message, without a gap", { timeout: 20_000 }, async () => {
    const from: (string | null)[] = [];
    const parts = [
      frame(0, "hello") + frame(4, "signal", { symbol: "A" }) + frame(5, "signal", { symbol: "B" }),
      frame(5, "hello") + frame(6, "signal", { symbol: "C" }),
    ];
    const ports = fakePorts({
      stream: async (request) => {
        from.push(request.headers.get("Last-Event-ID"));
        return new Response(parts[from.length - 1] ?? "");
      },
    });
    const heard: unknown[] = [];
    for await (const { id, data } of client(apiApp(ports)).stream({ min_score: 3, after: 2 })) {
      heard.push([id, data.symbol]);
      if (heard.length === 3) break;
    }
    expect(heard).toEqual([
      [4, "A"],
      [5, "B"],
      [6, "C"],
    ]);
    expect(from).toEqual(["2", "5"]);
  });

  it("ends the stream when it is aborted, and throws when it is refused", async () => {
    const aborter = new AbortController();
    const ports = fakePorts({ stream: async () => new Response(frame(1, "signal")) });
    for await (const _ of client(apiApp(ports)).stream({}, { signal: aborter.signal }))
      aborter.abort();
    const shut = apiApp(fakePorts({}, { publicRead: "none" }));
    await expect(client(shut, "ess_no.12345678").stream().next()).rejects.toThrow(ApiError);
  });
});

const NO_FILTER = {
  type: null,
  chain: null,
  symbol: null,
  tokenCa: null,
  since: null,
  until: null,
  minScore: null,
  state: null,
};

describe("the examples of docs/client.md", () => {
  const folder = join(ROOT, "dist/client-examples");
  const examples = [...read("docs/client.md").matchAll(/```ts\n([\s\S]*?)```/g)].map(
    ([, code = ""], at) => ({ file: join(folder, `example-${at + 1}.ts`), code }),
  );
  let server: Server;

  beforeAll(async () => {
    const signal = frame(9, "signal", { symbol: "DEMO", state: "verified", score: 12 });
    const ports = { ...(await storedPorts()), stream: async () => new Response(signal) };
    const app = apiApp(ports);
    server = createServer(async (request, response) => {
      const answer = await app.fetch(
        new Request(`http://${request.headers.host}${request.url}`, {
          method: request.method ?? "GET",
          headers: request.headers as Record<string, string>,
          ...(request.method !== "GET" && { body: Readable.toWeb(request) as ReadableStream }),
          duplex: "half",
        } as RequestInit),
      );
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(await answer.text());
    }).listen(0, "127.0.0.1");
    await new Promise((ready) => server.once("listening", ready));
    mkdirSync(folder, { recursive: true });
    const { port } = server.address() as AddressInfo;
    for (const { file, code } of examples)
      writeFileSync(file, code.replaceAll("http://127.0.0.1:8787", `http://127.0.0.1:${port}`));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("compile", { timeout: 120_000 }, () => {
    expect(examples.length).toBeGreaterThan(3);
    const config = join(folder, "tsconfig.json");
    const options = { extends: "../../tsconfig.node.json", include: ["*.ts"] };
    writeFileSync(config, JSON.stringify(options));
    const tsc = createRequire(import.meta.url).resolve("typescript/package.json");
    const bin = join(tsc, "..", "bin", "tsc");
    const run = () => spawnSync(process.execPath, [bin, "-p", config], { encoding: "utf8" }).stdout;
    expect(run()).toBe("");
    writeFileSync(join(folder, "wrong.ts"), `${examples[0]?.code.replace("chain:", "chian:")}`);
    expect(run()).toContain("chian");
    rmSync(join(folder, "wrong.ts"));
  });

  it.each(examples.map(({ file }) => [file.slice(folder.length + 1), file]))(
    "run: %s",
    { timeout: 30_000 },
    async (_, file) => {
      const said = await new Promise<string>((resolve, reject) => {
        execFile(
          process.execPath,
          [file],
          { env: { ...process.env, STREAM_KEY: ADMIN_KEY } },
          (error, stdout) => (error ? reject(error) : resolve(stdout)),
        );
      });
      expect(said).toMatch(/eth:|highest score is -?\d|9 DEMO verified 12|new key for reader/);
    },
  );
});
