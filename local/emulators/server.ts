import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { isForeign } from "../access.ts";
import { listen } from "../listen.ts";
import {
  type Emulator,
  type EmulatorCall,
  type EmulatorReply,
  json,
  NOT_FOUND,
} from "./emulator.ts";
import {
  FAULTS,
  type Fault,
  type FaultSettings,
  type FaultSource,
  faultSource,
  HEADER_STYLES,
  mistype,
  parseFaultSettings,
  refusal,
} from "./faults.ts";
import { EMULATORS } from "./registry.ts";
import { openRequestLog } from "./request-log.ts";
import { jetstream, serveJetstream } from "./services/jetstream.ts";

const pause = (ms: number) => new Promise((wake) => setTimeout(wake, ms));
const BY_NAME = new Map(EMULATORS.map((emulator) => [emulator.name, emulator]));
/** A WebSocket, so it is served beside the others; its faults and counts work like theirs. */
const JETSTREAM = jetstream.name;
const NAMES = [...BY_NAME.keys(), JETSTREAM];

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function bytesOf({ body }: EmulatorReply): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

function send(response: ServerResponse, reply: EmulatorReply): void {
  const type = { "content-type": "application/json" };
  response
    .writeHead(reply.status, { ...type, ...reply.headers })
    .end(reply.status === 204 || reply.status === 304 ? undefined : bytesOf(reply));
}

/** Promises the whole body and breaks off half-way. */
function sendCut(response: ServerResponse, reply: EmulatorReply): void {
  const whole = Buffer.from(bytesOf(reply));
  response.writeHead(reply.status, {
    "content-type": "application/json",
    "content-length": whole.length,
  });
  response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.destroy());
}

type Calls = {
  total: number;
  failed: number;
  /** When each came, so that a test can hold a client to its pace. */
  times: number[];
};

/**
 * All providers behind one port, each under its own prefix, with the faults, request logs and
 * counts that tests use.
 */
export async function serveEmulators(options: {
  port: number;
  requestsDir: string;
  now?: () => number;
}): Promise<() => void> {
  const { now = Date.now } = options;
  const requests = openRequestLog(options.requestsDir);
  const active = new Map<string, FaultSource>();
  const calls = new Map<string, Calls>();

  function count(name: string, failed: boolean): void {
    const seen = calls.get(name) ?? { total: 0, failed: 0, times: [] };
    calls.set(name, seen);
    seen.total++;
    seen.failed += Number(failed);
    seen.times.push(Date.now());
  }

  function carryOut(emulator: Emulator, call: EmulatorCall): EmulatorReply {
    const { receipt, ...reply } = emulator.answer(call);
    if (receipt) requests.write(emulator.name, receipt, call.now);
    return reply;
  }

  async function answer(
    emulator: Emulator,
    call: EmulatorCall,
    response: ServerResponse,
  ): Promise<void> {
    const source = active.get(emulator.name);
    const fault = source?.next();
    count(emulator.name, fault !== undefined);
    if (source === undefined || fault === undefined)
      return send(response, carryOut(emulator, call));
    return fail(fault, source.settings, { emulator, call, response });
  }

  async function fail(
    fault: Fault,
    settings: FaultSettings,
    at: { emulator: Emulator; call: EmulatorCall; response: ServerResponse },
  ): Promise<void> {
    const { emulator, call, response } = at;
    const refused = refusal(fault, settings, emulator.refusals, call.now);
    if (refused) return send(response, refused);
    if (fault === "latency") await pause(settings.ms);
    const reply = carryOut(emulator, call);
    if (fault === "cut") return sendCut(response, reply);
    if (fault === "types") return send(response, { ...reply, body: mistype(reply.body) });
    if (fault === "timeout") {
      await pause(settings.ms);
      response.destroy();
      return;
    }
    send(response, reply);
  }

  function setFaults(name: string, method: string, body: unknown): EmulatorReply {
    if (!NAMES.includes(name) && name !== "*")
      return json({ error: `no emulator ${name}; there are ${NAMES.join(" ")}` }, 404);
    const chosen = name === "*" ? NAMES : [name];
    if (method === "DELETE") {
      for (const each of chosen) active.delete(each);
      return json({ active: [...active.keys()] });
    }
    const settings = parseFaultSettings(body);
    if (typeof settings === "string") return json({ error: settings }, 400);
    for (const each of chosen) active.set(each, faultSource(each, settings));
    return json(settings);
  }

  const activeFaults = () =>
    Object.fromEntries([...active].map(([name, { settings }]) => [name, settings]));

  function control(
    first: string,
    name: string,
    method: string,
    body: unknown,
  ): EmulatorReply | undefined {
    if (first === "calls" && method === "DELETE") calls.clear();
    if (first === "calls" && name !== "") return json(calls.get(name)?.times ?? []);
    if (first === "" || first === "calls") {
      const counted = [...calls].map(([key, { total, failed }]) => [key, { total, failed }]);
      return json({
        emulators: NAMES,
        faults: FAULTS,
        headerStyles: HEADER_STYLES,
        active: activeFaults(),
        calls: Object.fromEntries(counted),
      });
    }
    if (first === "requests") return json(requests.read(name));
    if (first !== "faults") return undefined;
    return method === "GET" ? json(activeFaults()) : setFaults(name, method, body);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://127.0.0.1:${options.port}`);
    const [, first = "", second = ""] = url.pathname.split("/");
    if (isForeign(request)) return send(response, json({ error: "a web page may not ask" }, 403));
    const text = await readText(request);
    const method = request.method ?? "GET";
    const body = parseJson(text);
    const own = control(first, second, method, body);
    if (own) return send(response, own);
    const emulator = BY_NAME.get(first);
    if (!emulator) return send(response, NOT_FOUND);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const path = url.pathname.slice(first.length + 1) || "/";
    await answer(
      emulator,
      {
        method,
        path,
        headers,
        text,
        json: body,
        now: now(),
        query: url.searchParams,
        base: url.origin,
      },
      response,
    );
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => send(response, json({ error: String(error) }, 500)));
  });
  const sockets = new WebSocketServer({ noServer: true });
  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const source = active.get(JETSTREAM);
    const fault = source?.next();
    count(JETSTREAM, fault !== undefined);
    const refused =
      source && fault && fault !== "empty" && refusal(fault, source.settings, {}, now());
    if (refused)
      return void socket.end(
        `HTTP/1.1 ${refused.status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
      );
    if (fault === "latency" || fault === "timeout") await pause(source?.settings.ms ?? 0);
    if (fault === "timeout") return void socket.destroy();
    const query = new URL(request.url ?? "/", "http://local").searchParams;
    sockets.handleUpgrade(request, socket, head, (opened) =>
      serveJetstream(opened, query, () => active.get(JETSTREAM)?.next()),
    );
  }
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    if (isForeign(request)) return void socket.destroy();
    upgrade(request, socket, head).catch(() => socket.destroy());
  });
  const stop = await listen(server, options.port);
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    stop();
  };
}
