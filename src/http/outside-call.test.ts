import { createServer, type ServerResponse } from "node:http";
import { createServer as createSocket, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePorts } from "../../local/supervisor/ports.ts";
import { type CallRecord, outsideCall } from "./request.ts";

/** Real servers that mean no good, over real sockets; src/http/request.test.ts has the rest. */
const BOMB = gzipSync(Buffer.alloc(200_000_000));
const stops: (() => void)[] = [];
const hits: string[] = [];
let base = "";
let raw = "";

const ANSWERS: Record<string, (response: ServerResponse) => void> = {
  "/bomb": (response) =>
    response
      .writeHead(200, { "content-encoding": "gzip", "content-type": "application/json" })
      .end(BOMB),
  "/not-gzip": (response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end("plain words"),
  "/large": (response) => response.writeHead(200).end(Buffer.alloc(10_000_000, 0x20)),
  "/redirect": (response) => response.writeHead(307, { location: `${base}/metadata` }).end(),
  "/short": (response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("{");
    response.destroy();
  },
  "/drip": (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const timer = setInterval(() => response.write(" "), 20);
    response.on("close", () => clearInterval(timer));
  },
  "/silent": () => undefined,
};

beforeAll(async () => {
  const [web = 0, tcp = 0] = await freePorts(2);
  base = `http://127.0.0.1:${web}`;
  raw = `http://127.0.0.1:${tcp}`;
  const server = createServer((request, response) => {
    hits.push(request.url ?? "");
    ANSWERS[request.url ?? ""]?.(response);
  });
  await new Promise<void>((done) => server.listen(web, "127.0.0.1", done));
  const garbage = createSocket((socket: Socket) => {
    socket.on("error", () => undefined);
    socket.end("HTTP/9 what\r\n\u0000\r\n\r\n");
  });
  await new Promise<void>((done) => garbage.listen(tcp, "127.0.0.1", done));
  stops.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => garbage.close(),
  );
});
afterAll(() => {
  for (const stop of stops) stop();
});

async function call(url: string) {
  const records: CallRecord[] = [];
  const request = { provider: "demo", url, timeoutMs: 1_000, expect: "json" } as const;
  const answer = await outsideCall(request, {
    fetch,
    now: Date.now,
    telemetry: (record) => records.push(record),
  });
  return { ...answer, code: records[0]?.code };
}

it.each([
  ["a body that unpacks to 200 MB", "/bomb", "reject", "oversize"],
  ["10 MB", "/large", "reject", "oversize"],
  ["words that pretend to be packed", "/not-gzip", "retry", "network"],
  ["half of what was promised", "/short", "retry", "network"],
  ["a byte now and then, for ever", "/drip", "retry", "timeout"],
  ["nothing at all", "/silent", "retry", "timeout"],
])("bears %s", async (_, path, kind, code) => {
  const { verdict, code: recorded, text } = await call(`${base}${path}`);
  expect([verdict.kind, recorded, text]).toEqual([kind, code, ""]);
});

it("bears what is no HTTP, and nobody there", async () => {
  expect((await call(raw)).code).toBe("network");
  const [nobody = 0] = await freePorts(1);
  expect((await call(`http://127.0.0.1:${nobody}`)).code).toBe("network");
});

it("goes nowhere else, whatever it is asked", async () => {
  const { verdict } = await call(`${base}/redirect`);
  expect(verdict).toEqual({ kind: "reject", reason: "HTTP 307: redirects are not followed" });
  expect(hits).not.toContain("/metadata");
});
