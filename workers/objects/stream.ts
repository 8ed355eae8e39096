import { DurableObject } from "cloudflare:workers";
import { cachePurge } from "../../src/api/cache-purge.ts";
import type { KeyCaller } from "../../src/api/caller.ts";
import { type LiveCondition, readLiveCondition } from "../../src/api/live-condition.ts";
import { problem } from "../../src/api/problem.ts";
import { LiveQuery, readQuery } from "../../src/api/query.ts";
import { TICKET_SECONDS } from "../../src/api/routes/stream.ts";
import { ticketBook } from "../../src/api/tickets.ts";
import { snakeCased } from "../../src/kit/case.ts";
import { utf8Length } from "../../src/kit/utf8.ts";
import {
  EVENT_STREAM,
  LISTENER_HEADER,
  type LiveFilter,
  LiveListener,
  type LiveMessage,
  passesFilter,
} from "../../src/observability/live.ts";
import {
  NOTHING_SENT,
  type SendAccount,
  unconfirmedBytes,
  withConfirmed,
  withSent,
} from "../../src/observability/unconfirmed.ts";
import type { Bindings } from "../env.ts";
import { type LoggedMessage, liveLog } from "../platform/live-log.ts";
import { purgeByEntrypoint } from "../platform/own-cache.ts";
import { admission, ENDED, FELL_BEHIND, sendableCode } from "../platform/stream-places.ts";
import type { StreamRpc } from "./rpc.ts";

/** Of an event source: what is not read waits in the log, and not here. */
const MAX_WAITING_BYTES = 256 * 1024;
/**
 * The platform does not tell what waits in a WebSocket: it is what was sent since the last id that
 * the listener confirmed. Past it the backlog waits for a confirmation, and a listener that gets no
 * more of what is published is cut off; it resumes from its last id.
 */
const MAX_UNCONFIRMED_BYTES = 1024 * 1024;
/** Messages that are read from the log at a time. */
const PIECE = 100;
/** Below the minute after which proxies close a silent connection. */
const HEARTBEAT_MS = 20_000;

/** `at`: the last message of the log that was handed out or passed over. */
type Progress = { filter: LiveFilter; listener: LiveListener; at: number };
/** Kept with the socket, so that it outlives the object. */
type Attachment = Progress & { account: SendAccount };
type EventSource = Progress & { controller: ReadableStreamDefaultController<Uint8Array> };
const utf8 = new TextEncoder();

/**
 * The one object that everyone listens to: Server-Sent Events and hibernating WebSockets over one
 * log.
 */
export class StreamObject extends DurableObject<Bindings> implements StreamRpc {
  readonly #log = liveLog(this.ctx.storage.sql);
  readonly #tickets = ticketBook(Date.now, () => crypto.randomUUID(), TICKET_SECONDS);
  readonly #sources = new Set<EventSource>();
  readonly #conditions = new Map<string, LiveCondition>();
  /** It hears of every commit, so that it also tells the cache before the Worker. */
  readonly #changed = cachePurge({
    now: Date.now,
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
    purge: (tags) => purgeByEntrypoint(this.ctx.exports, tags),
    defer: (work) => this.ctx.waitUntil(work),
  });
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  async publish(messages: LiveMessage[]): Promise<void> {
    this.#changed(messages);
    const logged = this.#log.append(messages);
    this.#endListeners(({ expiresAt }) => expiresAt !== null && expiresAt <= Date.now());
    for (const socket of this.ctx.getWebSockets())
      if (!this.#sendTo(socket, logged))
        socket.close(FELL_BEHIND, "fell behind; resume with ?after=, and send the ids you read");
    for (const source of this.#sources) this.#feed(source, logged);
  }

  /** Ends whoever listens by this key: it was revoked or changed. */
  async endKey(keyId: string): Promise<void> {
    this.#tickets.drop(keyId);
    this.#endListeners((listener) => listener.keyId === keyId);
  }

  issueTicket(caller: KeyCaller): Promise<string> {
    return this.#tickets.issue(caller);
  }

  redeemTicket(ticket: string): Promise<KeyCaller | null> {
    return this.#tickets.redeem(ticket);
  }

  override async fetch(request: Request): Promise<Response> {
    const read = readQuery(request.url, LiveQuery);
    if (read.kind === "refused") return read.response;
    const listener = LiveListener.parse(JSON.parse(request.headers.get(LISTENER_HEADER) ?? "{}"));
    const refused = admission(listener, this.#listeners());
    if (refused !== null)
      return problem(refused.status, refused.detail, { headers: { "Retry-After": "30" } });
    const { min_score, after, ticket: _, ...asked } = read.query;
    const filter = { ...asked, minScore: min_score, operations: listener.operations };
    const from = lastEventId(request) ?? after;
    if (listener.expiresAt !== null) await this.#watchExpiry(listener.expiresAt);
    const { at, greeting } = this.#opening(from);
    const progress = { filter, listener, at };
    return request.headers.get("Upgrade") === "websocket"
      ? this.#socket(progress, greeting)
      : this.#eventSource(progress, greeting);
  }

  #listeners(): LiveListener[] {
    const sockets = this.ctx.getWebSockets().map((socket) => attached(socket).listener);
    return [...sockets, ...[...this.#sources].map(({ listener }) => listener)];
  }

  #socket(progress: Progress, greeting: Greeting): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    attach(server, { ...progress, account: NOTHING_SENT });
    server.send(JSON.stringify(greeting));
    this.#sendTo(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  #eventSource(progress: Progress, greeting: Greeting): Response {
    let source: EventSource | undefined;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          source = { ...progress, controller };
          this.#sources.add(source);
          const hello = `retry: 2000\nid: ${greeting.id}\nevent: ${greeting.event}\ndata: {}\n\n`;
          controller.enqueue(utf8.encode(hello));
        },
        pull: () => {
          if (source !== undefined) this.#feed(source);
        },
        cancel: () => {
          if (source !== undefined) this.#sources.delete(source);
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
    );
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MS);
    return new Response(body, { headers: EVENT_STREAM });
  }

  /**
   * `reset` tells a listener that it missed more than the log holds, and should read /signals
   * again.
   */
  #opening(from: number | null): { at: number; greeting: Greeting } {
    const lost = from !== null && this.#log.after(from, 1) === "gone";
    const at = lost || from === null ? this.#log.lastId() : from;
    return { at, greeting: { id: at, event: lost ? "reset" : "hello", data: {} } };
  }

  /**
   * What comes after `at`. What was just published needs no look into the log, unless the listener
   * is not that far yet.
   */
  #next(at: number, published: readonly LoggedMessage[]): readonly LoggedMessage[] | "gone" {
    return published[0]?.id === at + 1 ? published : this.#log.after(at, PIECE);
  }

  #passes(filter: LiveFilter, message: LiveMessage): boolean {
    return (
      passesFilter(filter, message) && (filter.where === null || this.#holds(filter.where, message))
    );
  }

  #holds(text: string, message: LiveMessage): boolean {
    const known = this.#conditions.get(text);
    if (known !== undefined) return known(message);
    const read = readLiveCondition(text);
    if (read.kind === "refused") return false;
    if (this.#conditions.size > MAX_CONDITIONS) this.#conditions.clear();
    this.#conditions.set(text, read.holds);
    return read.holds(message);
  }

  /**
   * Hands out what the listener has not had yet, up to the limit of what may be unconfirmed. False:
   * the limit was met, or the log no longer holds what is next.
   */
  #sendTo(socket: WebSocket, published: readonly LoggedMessage[] = []): boolean {
    if (socket.readyState !== WebSocket.OPEN) return true;
    let { filter, listener, at, account } = attached(socket);
    let open = true;
    while (open) {
      const entries = this.#next(at, published);
      if (entries === "gone") return false;
      if (entries.length === 0) break;
      for (const entry of entries) {
        if (this.#passes(filter, entry.message)) {
          const text = frame(entry);
          const bytes = utf8Length(text);
          open = unconfirmedBytes(account) + bytes <= MAX_UNCONFIRMED_BYTES;
          if (!open) break;
          socket.send(text);
          account = withSent(account, entry.id, bytes);
        }
        at = entry.id;
      }
    }
    attach(socket, { filter, listener, at, account });
    return open;
  }

  /** Hands out what an event source has room for; it asks for the rest when it has read. */
  #feed(source: EventSource, published: readonly LoggedMessage[] = []): void {
    const { controller } = source;
    try {
      while ((controller.desiredSize ?? 0) > 0) {
        const entries = this.#next(source.at, published);
        if (entries === "gone") {
          this.#end(source);
          return;
        }
        if (entries.length === 0) return;
        for (const entry of entries) {
          if ((controller.desiredSize ?? 0) <= 0) return;
          // Handing out the one before may have asked for more, and brought this one.
          if (entry.id <= source.at) continue;
          source.at = entry.id;
          if (this.#passes(source.filter, entry.message))
            controller.enqueue(utf8.encode(eventFrame(entry)));
        }
      }
    } catch {
      this.#sources.delete(source);
    }
  }

  #end(source: EventSource): void {
    this.#sources.delete(source);
    try {
      source.controller.close();
    } catch {
      // Closed from the other side in the meantime.
    }
  }

  #endListeners(ends: (listener: LiveListener) => boolean): void {
    for (const socket of this.ctx.getWebSockets())
      if (ends(attached(socket).listener)) socket.close(ENDED, "the key is no longer valid");
    for (const source of this.#sources) if (ends(source.listener)) this.#end(source);
  }

  /** One that has read nothing since the last beat is too far behind, or gone without a word. */
  #beat(): void {
    for (const source of this.#sources) {
      if ((source.controller.desiredSize ?? 0) <= 0) this.#end(source);
      else source.controller.enqueue(utf8.encode(": still here\n\n"));
    }
    if (this.#sources.size > 0 || this.#heartbeat === undefined) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }

  async #watchExpiry(at: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || at < set) await this.ctx.storage.setAlarm(Math.max(at, Date.now()));
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    this.#endListeners(({ expiresAt }) => expiresAt !== null && expiresAt <= now);
    const left = this.#listeners().flatMap(({ expiresAt }) => expiresAt ?? []);
    const later = left.filter((at) => at > now);
    if (later.length > 0) await this.ctx.storage.setAlarm(Math.min(...later));
  }

  /**
   * An id confirms that all up to it was read. "ping" is answered without waking this object;
   * whatever else is said is not for us.
   */
  override webSocketMessage(socket: WebSocket, said: string | ArrayBuffer): void {
    const read = typeof said === "string" ? idFrom(said) : null;
    if (read === null) return;
    const attachment = attached(socket);
    attach(socket, { ...attachment, account: withConfirmed(attachment.account, read) });
    this.#sendTo(socket);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    socket.close(sendableCode(code));
  }
}

/** Compiled conditions that are kept; each is compiled again when it is needed. */
const MAX_CONDITIONS = 500;

type Greeting = { id: number; event: "hello" | "reset"; data: object };

const wire = ({ event, ...data }: LiveMessage) => ({ event, data: snakeCased(data) });

function eventFrame({ id, message }: LoggedMessage): string {
  const { event, data } = wire(message);
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

const frame = ({ id, message }: LoggedMessage): string => JSON.stringify({ id, ...wire(message) });

const attached = (socket: WebSocket) => socket.deserializeAttachment() as Attachment;
const attach = (socket: WebSocket, attachment: Attachment) =>
  socket.serializeAttachment(attachment);

const idFrom = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);

const lastEventId = (request: Request): number | null =>
  idFrom(request.headers.get("Last-Event-ID") ?? "");
