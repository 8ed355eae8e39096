import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isForeign } from "../access.ts";
import { listen } from "../listen.ts";
import { execute, runCommand } from "./commands.ts";
import { openJournal } from "./journal.ts";
import { Keyspace, RedisError } from "./keyspace.ts";
import { luaRunner } from "./lua.ts";
import { type Reply, Status } from "./reply.ts";

export type UpstashOptions = {
  port: number;
  token: string;
  /** The journal; without it nothing outlives the process. */
  file?: string;
  now?: () => number;
};

type Outcome = { result: unknown } | { error: string };
type Answer = { status: number; body: unknown };

class BadRequest extends Error {}

/** In base64 every string is encoded but the status OK, as the client expects. */
function encode(reply: Reply, base64: boolean): unknown {
  if (Array.isArray(reply)) return reply.map((item) => encode(item, base64));
  const text = reply instanceof Status ? reply.text : reply;
  if (typeof text !== "string" || !base64 || (reply instanceof Status && text === "OK"))
    return text;
  return Buffer.from(text).toString("base64");
}

function toWords(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new BadRequest("ERR failed to parse command");
  return value.map((word) => (typeof word === "object" ? JSON.stringify(word) : String(word)));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest("ERR failed to parse request body");
  }
}

/** `/set/key/value` with the body, when there is one, as the last argument. */
function pathWords(path: string, text: string): string[] {
  const words = path.split("/").filter(Boolean).map(decodeURIComponent);
  return text ? [...words, text] : words;
}

/**
 * The state of one stand-in: keys, scripts, journal; INFO reports the number of requests and
 * commands. Every request is one synchronous step, which is what makes it atomic.
 */
function openRedis({ file, now = Date.now }: UpstashOptions) {
  const db = new Keyspace(now);
  const lua = luaRunner((words) => runCommand(db, words));
  const journal = file === undefined ? undefined : openJournal(file, db);

  let requests = 0;
  let commands = 0;
  const info = () =>
    `total_connections_received:${requests}\r\ntotal_commands_processed:${commands}\r\n`;
  const attempt = (words: string[], base64: boolean): Outcome => {
    if (words[0]?.toUpperCase() === "INFO") return { result: encode(info(), base64) };
    commands += 1;
    try {
      return { result: encode(execute(db, lua, words), base64) };
    } catch (error) {
      if (error instanceof RedisError) return { error: error.message };
      throw error;
    }
  };
  const one = (words: string[], base64: boolean): Answer => {
    const outcome = attempt(words, base64);
    return { status: "error" in outcome ? 400 : 200, body: outcome };
  };
  const many = (commands: unknown, base64: boolean): Answer => {
    if (!Array.isArray(commands)) throw new BadRequest("ERR failed to parse pipeline");
    return { status: 200, body: commands.map(toWords).map((words) => attempt(words, base64)) };
  };
  const handle = (path: string, text: string, base64: boolean): Answer => {
    if (path === "/pipeline" || path === "/multi-exec") return many(parseBody(text), base64);
    return one(path === "/" ? toWords(parseBody(text)) : pathWords(path, text), base64);
  };
  return {
    handle(path: string, text: string, base64: boolean): Answer {
      requests += 1;
      try {
        return handle(path, text, base64);
      } finally {
        journal?.append(db.takeChanges());
      }
    },
    close: () => journal?.close(),
  };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response
    .writeHead(status, { "content-type": "application/json", "upstash-sync-token": "local=0" })
    .end(JSON.stringify(body));
}

/** The REST API of Upstash over a keyspace in memory. Resolves when it listens. */
export async function serveUpstash(options: UpstashOptions): Promise<() => void> {
  const redis = openRedis(options);
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://local");
    if (isForeign(request)) return send(response, { status: 403, body: { error: "ERR foreign" } });
    // In the header alone: addresses end up in histories and logs.
    const token = request.headers.authorization?.replace(/^Bearer /, "");
    if (token !== options.token) {
      return send(response, {
        status: 401,
        body: { error: "WRONGPASS invalid or missing auth token" },
      });
    }
    try {
      const text = await readText(request);
      send(
        response,
        redis.handle(url.pathname, text, request.headers["upstash-encoding"] === "base64"),
      );
    } catch (error) {
      const refused = error instanceof BadRequest;
      send(response, {
        status: refused ? 400 : 500,
        body: { error: refused ? error.message : `ERR ${error}` },
      });
    }
  });
  const stop = await listen(server, options.port);
  return () => {
    stop();
    redis.close();
  };
}
