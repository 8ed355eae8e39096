import { DurableObject } from "cloudflare:workers";
import { problem } from "../../src/api/problem.ts";
import { LiveQuery, readQuery } from "../../src/api/query.ts";
import { snakeCased } from "../../src/kit/case.ts";
import { utf8Length } from "../../src/kit/utf8.ts";
import {
  AUDIENCE_HEADER,
  type LiveFilter,
  type LiveMessage,
  passesFilter,
} from "../../src/observability/live.ts";
import type { Bindings } from "../env.ts";
import { type LoggedMessage, liveLog } from "../platform/live-log.ts";
import type { StreamRpc } from "./rpc.ts";

/**
 * A listener that reads so slowly that this much waits for it is cut off; it resumes from its last
 * id.
 */
const MAX_WAITING_BYTES = 256 * 1024;
/**
 * The platform does not tell what waits in a WebSocket: it is what was sent since the last id that
 * the listener confirmed.
 */
const MAX_UNCONFIRMED_BYTES = 1024 * 1024;
/** RFC 6455: try again later. */
const FELL_BEHIND = 1013;
const MAX_LISTENERS = 2_000;
/** Below the minute after which proxies close a silent connection. */
const HEARTBEAT_MS = 20_000;

/** Kept with the socket, so that it outlives the object. */
type Attachment = { filter: LiveFilter; unconfirmed: number };
type EventSource = { filter: LiveFilter; controller: ReadableStreamDefaultController<Uint8Array> };
const utf8 = new TextEncoder();

/**
 * The one object that everyone listens to: Server-Sent Events and hibernating WebSockets over one
 * log.
 */
export class StreamObject extends DurableObject<Bindings> implements StreamRpc {
  readonly #log = liveLog(this.ctx.storage.sql);
  readonly #sources = new Set<EventSource>();
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  async publish(messages: LiveMessage[]): Promise<void> {
    const logged = this.#log.append(messages);
    for (const socket of this.ctx.getWebSockets()) say(socket, logged);
    for (const source of this.#sources) {
      for (const entry of logged)
        if (passesFilter(source.filter, entry.message)) this.#push(source, eventFrame(entry));
    }
  }

  override async fetch(request: Request): Promise<Response> {
    const read = readQuery(request.url, LiveQuery);
    if (read.kind === "refused") return read.response;
    const { min_score: minScore, chain, symbol, after } = read.query;
    if (this.#sources.size + this.ctx.getWebSockets().length >= MAX_LISTENERS) {
      return problem(503, "Too many listeners; try again later.", {
        headers: { "Retry-After": "30" },
      });
    }
    const from = after ?? lastEventId(request);
    const operations = request.headers.get(AUDIENCE_HEADER) === "operations";
    const filter = { minScore, chain, symbol, operations };
    return request.headers.get("Upgrade") === "websocket"
      ? this.#socket(filter, from)
      : this.#eventSource(filter, from);
  }

  #socket(filter: LiveFilter, from: number | null): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    attach(server, { filter, unconfirmed: 0 });
    const { greeting, missed } = this.#opening(filter, from);
    server.send(JSON.stringify(greeting));
    say(server, missed);
    return new Response(null, { status: 101, webSocket: client });
  }

  #eventSource(filter: LiveFilter, from: number | null): Response {
    const { greeting, missed } = this.#opening(filter, from);
    let listener: EventSource | undefined;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          listener = { filter, controller };
          this.#sources.add(listener);
          const hello = `retry: 2000\nid: ${greeting.id}\nevent: ${greeting.event}\ndata: {}\n\n`;
          controller.enqueue(utf8.encode(hello + missed.map(eventFrame).join("")));
        },
        cancel: () => {
          if (listener !== undefined) this.#sources.delete(listener);
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
    );
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MS);
    return new Response(body, {
      headers: {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-cache, no-transform",
        "X-Accel-Buffering": "no",
      },
    });
  }

  /**
   * `reset` tells a listener that it missed more than the log holds, and should read /signals
   * again. No await: nothing can slip between log and listener.
   */
  #opening(filter: LiveFilter, from: number | null) {
    const missed = from === null ? [] : this.#log.after(from);
    const lost = missed === "gone";
    return {
      greeting: {
        id: lost || from === null ? this.#log.lastId() : from,
        event: lost ? "reset" : "hello",
        data: {},
      },
      missed: lost ? [] : missed.filter(({ message }) => passesFilter(filter, message)),
    };
  }

  /**
   * A listener that is too far behind, or gone without a word, must not keep a message from the
   * others.
   */
  #push(source: EventSource, frame: string): void {
    try {
      if ((source.controller.desiredSize ?? 0) > 0) {
        source.controller.enqueue(utf8.encode(frame));
        return;
      }
      source.controller.close();
    } catch {
      // Closed from the other side in the meantime.
    }
    this.#sources.delete(source);
  }

  #beat(): void {
    for (const source of this.#sources) this.#push(source, ": still here\n\n");
    if (this.#sources.size > 0 || this.#heartbeat === undefined) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }

  /**
   * An id confirms that all up to it was read. "ping" is answered without waking this object;
   * whatever else is said is not for us.
   */
  override webSocketMessage(socket: WebSocket, said: string | ArrayBuffer): void {
    const read = typeof said === "string" ? idFrom(said) : null;
    const after = read === null ? "gone" : this.#log.after(read);
    if (after === "gone") return;
    const { filter } = attached(socket);
    const unconfirmed = after
      .filter(({ message }) => passesFilter(filter, message))
      .reduce((sum, entry) => sum + utf8Length(frame(entry)), 0);
    attach(socket, { filter, unconfirmed });
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }
}

const wire = ({ event, ...data }: LiveMessage) => ({ event, data: snakeCased(data) });

function eventFrame({ id, message }: LoggedMessage): string {
  const { event, data } = wire(message);
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

const frame = ({ id, message }: LoggedMessage): string => JSON.stringify({ id, ...wire(message) });

const attached = (socket: WebSocket) => socket.deserializeAttachment() as Attachment;
const attach = (socket: WebSocket, attachment: Attachment) =>
  socket.serializeAttachment(attachment);

/**
 * Sends what the listener asked for. One that does not confirm is closed before more piles up; the
 * log has the rest when it comes back.
 */
function say(socket: WebSocket, entries: LoggedMessage[]): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  let { filter, unconfirmed } = attached(socket);
  for (const entry of entries) {
    if (!passesFilter(filter, entry.message)) continue;
    const text = frame(entry);
    unconfirmed += utf8Length(text);
    if (unconfirmed > MAX_UNCONFIRMED_BYTES) {
      socket.close(FELL_BEHIND, "fell behind; resume with ?after=, and send the ids you have read");
      return;
    }
    socket.send(text);
  }
  attach(socket, { filter, unconfirmed });
}

const idFrom = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);

const lastEventId = (request: Request): number | null =>
  idFrom(request.headers.get("Last-Event-ID") ?? "");
