import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import pg from "pg";
import { type WebSocket, WebSocketServer } from "ws";
import { isForeign } from "../../access.ts";
import { listen } from "../../listen.ts";
import type { Answer, BatchOptions, Database, Statement } from "../database.ts";

/** Neon's proxy answers 413 above this. */
const MAX_BYTES = 10 * 1024 * 1024;

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES)
      throw new Refusal(413, `request is too large (max is ${MAX_BYTES} bytes)`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseStatement(value: unknown): Statement & { arrayMode?: boolean } {
  if (typeof value !== "object" || value === null)
    throw new Refusal(400, "a query must be an object");
  const { query, params, arrayMode } = value as {
    query?: unknown;
    params?: unknown;
    arrayMode?: unknown;
  };
  if (typeof query !== "string") throw new Refusal(400, "missing field `query`");
  return {
    query,
    params: Array.isArray(params) ? params : [],
    ...(typeof arrayMode === "boolean" ? { arrayMode } : {}),
  };
}

/**
 * Without raw text the real proxy turns booleans, small integers, floats and JSON into JSON values.
 */
function toJson(text: string | null, type: number): unknown {
  if (text === null) return null;
  if (type === 16) return text === "t";
  if ([21, 23, 26, 700, 701].includes(type))
    return Number.isFinite(Number(text)) ? Number(text) : text;
  return type === 114 || type === 3802 ? JSON.parse(text) : text;
}

function render(answer: Answer, arrayMode: boolean, rawText: boolean) {
  const { fields } = answer;
  const rows = answer.rows.map((row) => {
    const cells = rawText ? row : row.map((cell, at) => toJson(cell, fields[at]?.dataTypeID ?? 25));
    return arrayMode
      ? cells
      : Object.fromEntries(fields.map((field, at) => [field.name, cells[at]]));
  });
  return {
    command: answer.command,
    rowCount: answer.rowCount,
    rowAsArray: arrayMode,
    fields,
    rows,
  };
}

const passwordOf = (url: string): string =>
  URL.canParse(url) ? decodeURIComponent(new URL(url).password) : "";

async function answer(
  database: Database,
  request: IncomingMessage,
  password: string,
): Promise<unknown> {
  const header = (name: string) => request.headers[name]?.toString();
  const connection = header("neon-connection-string");
  if (!connection) throw new Refusal(400, "missing header `Neon-Connection-String`");
  if (password !== "" && passwordOf(connection) !== password)
    throw new Refusal(401, "password authentication failed");
  const arrays = header("neon-array-mode") === "true";
  const rawText = header("neon-raw-text-output") === "true";
  let body: unknown;
  try {
    body = JSON.parse(await readBody(request));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, "the body is not JSON");
  }
  const queries = (body as { queries?: unknown } | null)?.queries;
  if (!Array.isArray(queries)) {
    const statement = parseStatement(body);
    return render(await database.one(statement), statement.arrayMode ?? arrays, rawText);
  }
  const isolation = header("neon-batch-isolation-level");
  const options: BatchOptions = {
    readOnly: header("neon-batch-read-only") === "true",
    deferrable: header("neon-batch-deferrable") === "true",
    ...(isolation && /^\w+$/.test(isolation) ? { isolation } : {}),
  };
  const statements = queries.map(parseStatement);
  const answers = await database.batch(statements, options);
  return {
    results: answers.map((each, at) => render(each, statements[at]?.arrayMode ?? arrays, rawText)),
  };
}

const errorFields =
  "code detail hint position internalPosition internalQuery severity where table column schema " +
  "dataType constraint";

/**
 * SQL errors are 400 with PostgreSQL's fields; a server that is out or starting is 500, which
 * clients retry.
 */
function describe(error: unknown): { status: number; body: Record<string, unknown> } {
  const blank = Object.fromEntries(
    `${errorFields} file line routine`.split(" ").map((name) => [name, null]),
  );
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Refusal)
    return { status: error.status, body: { ...blank, message, code: "", severity: "" } };
  const known = (error ?? {}) as Record<string, unknown>;
  const isSql = error instanceof pg.DatabaseError || typeof known.severity === "string";
  if (!isSql || known.code === "57P03")
    return { status: 500, body: { message: message || "the database does not answer" } };
  const found = Object.keys(blank).map((name) => [name, known[name] ?? null]);
  return { status: 400, body: { message, ...Object.fromEntries(found) } };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** The WebSocket door of Neon is a plain tunnel to the server's TCP port. */
function tunnel(socket: WebSocket, port: number): void {
  const server = connect(port, "127.0.0.1");
  server.on("data", (bytes) => socket.send(bytes));
  server.on("close", () => socket.close());
  server.on("error", () => socket.close());
  socket.on("message", (bytes: Buffer) => server.write(bytes));
  socket.on("close", () => server.destroy());
  socket.on("error", () => server.destroy());
}

/**
 * Speaks Neon's HTTP and WebSocket protocols before a database of this machine. GET / reports how
 * many requests for statements have come: what a database that is billed by its waking hours would
 * have been woken for. Resolves when it listens.
 */
export function serveNeon(
  database: Database,
  options: { port: number; postgresPort: number; password?: string },
): Promise<() => void> {
  const { postgresPort, password = "" } = options;
  let statements = 0;
  const server = createServer((request, response) => {
    if (isForeign(request)) return reply(response, 403, { message: "a web page may not ask" });
    if (request.method === "GET") return reply(response, 200, { ok: true, statements });
    if (request.method !== "POST" || request.url?.split("?")[0] !== "/sql")
      return reply(response, 404, { message: "not found" });
    statements += 1;
    answer(database, request, password).then(
      (body) => reply(response, 200, body),
      (error) => {
        const { status, body } = describe(error);
        reply(response, status, body);
      },
    );
  });
  const tunnels = new WebSocketServer({
    server,
    perMessageDeflate: false,
    verifyClient: ({ req }: { req: IncomingMessage }) => !isForeign(req),
  });
  tunnels.on("connection", (socket) => tunnel(socket, postgresPort));
  return listen(server, options.port);
}
