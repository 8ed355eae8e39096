import { EventSourceParserStream } from "eventsource-parser/stream";
import { OPERATIONS } from "./operations.js";

/** A refusal: the status, the server's own words, and each field that does not fit. */
export class ApiError extends Error {
  name = "ApiError";

  constructor(status, problem, retryAfterSeconds) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.errors = problem.errors ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** See index.d.ts for the types, and docs/client.md for examples. */
export function createClient({ url, key, fetch: ask = globalThis.fetch }) {
  async function send(method, path, query, { headers = {}, body, signal } = {}) {
    const address = new URL(path, url);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined && value !== null) address.searchParams.set(name, String(value));
    const response = await ask(address, {
      method,
      headers: { ...(key && { Authorization: `Bearer ${key}` }), ...headers },
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    });
    if (!response.ok) throw await refusal(response);
    return response;
  }

  async function call(name, args = {}, { signal, idempotencyKey } = {}) {
    const { method, path, query, body, answer } = OPERATIONS[name];
    const rest = { ...args };
    const take = (field) => {
      const value = rest[field];
      delete rest[field];
      return value;
    };
    const place = path.replace(/\{(\w+)\}/g, (_, field) => inPath(field, take(field)));
    const search = Object.fromEntries(query.map((field) => [field, take(field)]));
    const isText = body !== null && body !== "application/json";
    const sent = body === null ? undefined : isText ? rest.text : JSON.stringify(rest);
    const headers = {
      ...(body !== null && { "Content-Type": body }),
      ...(idempotencyKey !== undefined && { "Idempotency-Key": idempotencyKey }),
    };
    const response = await send(method, place, search, { headers, body: sent, signal });
    if (answer === "none" || response.status === 204) return undefined;
    return answer === "json" ? response.json() : response.text();
  }

  async function* each(name, args = {}, options = {}) {
    let cursor = null;
    do {
      const page = await call(name, cursor === null ? args : { ...args, cursor }, options);
      yield* page[OPERATIONS[name].items];
      cursor = page.next_cursor;
    } while (cursor !== null);
  }

  async function* stream({ after = null, ...query } = {}, { signal } = {}) {
    let last = after;
    let pause = FIRST_PAUSE_MS;
    for (let first = true; ; first = false) {
      try {
        const headers = {
          Accept: "text/event-stream",
          ...(last !== null && { "Last-Event-ID": String(last) }),
        };
        const { body } = await send("GET", "/stream", query, { headers, signal });
        const events = body
          .pipeThrough(new TextDecoderStream())
          .pipeThrough(new EventSourceParserStream());
        for await (const { id, event, data } of events) {
          pause = FIRST_PAUSE_MS;
          if (id !== undefined) last = Number(id);
          if (event !== "hello") yield { id: last, event, data: JSON.parse(data) };
        }
      } catch (error) {
        if (signal?.aborted) return;
        // A refusal of the first connection is an answer; later the server may be restarting.
        if (first || (error instanceof ApiError && error.status < 429)) throw error;
        pause = Math.max(pause, (error.retryAfterSeconds ?? 0) * 1_000);
      }
      await rest(pause, signal);
      if (signal?.aborted) return;
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    }
  }

  const calls = Object.keys(OPERATIONS).map((name) => [
    name,
    (args, options) => call(name, args, options),
  ]);
  return { ...Object.fromEntries(calls), each, stream };
}

/** Nothing and dots would lead to another route. */
function inPath(field, value) {
  const text = String(value ?? "");
  if (/^\.{0,2}$/.test(text)) throw new TypeError(`${field} cannot be ${JSON.stringify(text)}`);
  return encodeURIComponent(text);
}

async function refusal(response) {
  const problem = await response.json().catch(() => ({}));
  const after = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return new ApiError(response.status, problem, Number.isFinite(after) ? after : null);
}

const rest = (ms, signal) =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
