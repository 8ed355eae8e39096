import { DurableObject } from "cloudflare:workers";
import { cachePurge } from "../../src/api/cache-purge.ts";
import type { KeyCaller } from "../../src/api/caller.ts";
import { problem } from "../../src/api/problem.ts";
import { LiveQuery, readQuery } from "../../src/api/query.ts";
import { TICKET_SECONDS } from "../../src/api/routes/stream.ts";
import { ticketBook } from "../../src/api/tickets.ts";
import {
  LISTENER_HEADER,
  LiveListener,
  type LiveMessage,
  type LogCopy,
  type LoggedMessage,
} from "../../src/observability/live.ts";
import type { Bindings } from "../env.ts";
import { liveLog } from "../platform/live-log.ts";
import { purgeByEntrypoint } from "../platform/own-cache.ts";
import { type Greeting, streamListeners } from "../platform/stream-listeners.ts";
import {
  admission,
  LEAF_HEADER,
  PLACES,
  STREAM_ROOT,
  sendableCode,
} from "../platform/stream-places.ts";
import { streamRelay } from "../platform/stream-relay.ts";
import type { StreamRpc } from "./rpc.ts";

/** Where the root keeps the leaves that have listeners. */
const LEAVES = "leaves";

/**
 * The live stream: Server-Sent Events and hibernating WebSockets over one log. Everyone listens at
 * one object, the root, or with STREAM_LEAVES at leaves: a leaf has a copy of the root's log, with
 * its ids, which the root keeps up for as long as somebody listens there.
 */
export class StreamObject extends DurableObject<Bindings> implements StreamRpc {
  readonly #log = liveLog(this.ctx.storage.sql);
  readonly #listeners = streamListeners(this.ctx, this.#log);
  /** Requests to listen that still wait for the root. */
  #joining = 0;
  readonly #tickets = ticketBook(Date.now, () => crypto.randomUUID(), TICKET_SECONDS);
  readonly #relay = streamRelay({
    relay: (leaf, entries) => this.env.STREAM.getByName(leaf).relay(entries),
    leaves: {
      read: () => this.ctx.storage.kv.get<Record<string, number>>(LEAVES) ?? {},
      write: (leaves) => this.ctx.storage.kv.put(LEAVES, leaves),
    },
  });
  /** It hears of every commit, so that it also tells the cache before the Worker. */
  readonly #changed = cachePurge({
    now: Date.now,
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
    purge: (tags) => purgeByEntrypoint(this.ctx.exports, tags),
    defer: (work) => this.ctx.waitUntil(work),
  });

  async publish(messages: LiveMessage[]): Promise<void> {
    this.#changed(messages);
    const logged = this.#log.append(messages);
    this.#handOut(logged);
    this.ctx.waitUntil(this.#relay.publish(logged));
  }

  async join(leaf: string, after: number): Promise<LogCopy> {
    this.#relay.join(leaf);
    const missed = this.#log.after(after, Number.MAX_SAFE_INTEGER);
    return missed === "gone"
      ? { anew: true, entries: this.#log.all() }
      : { anew: false, entries: missed };
  }

  async relay(entries: LoggedMessage[]): Promise<boolean> {
    // Who joins was let in by the root already: to say no would have it forget this leaf.
    if (this.#listeners.size() + this.#joining === 0) return false;
    const [first] = entries;
    // A call before this one failed: what it had is read from the root.
    if (first !== undefined && first.id > this.#log.lastId() + 1) await this.#catchUp();
    this.#take(entries);
    return true;
  }

  /** Ends whoever listens by this key: it was revoked or changed. */
  async endKey(keyId: string): Promise<void> {
    this.#tickets.drop(keyId);
    this.#listeners.endWhere((listener) => listener.keyId === keyId);
    const leaves = this.#relay.names().map((leaf) => this.env.STREAM.getByName(leaf));
    await Promise.all(leaves.map((leaf) => leaf.endKey(keyId)));
  }

  issueTicket(caller: KeyCaller): Promise<string> {
    return this.#tickets.issue(caller);
  }

  redeemTicket(ticket: string): Promise<KeyCaller | null> {
    return this.#tickets.redeem(ticket);
  }

  override async fetch(request: Request): Promise<Response> {
    this.#joining++;
    try {
      return await this.#listen(request);
    } finally {
      this.#joining--;
    }
  }

  async #listen(request: Request): Promise<Response> {
    const read = readQuery(request.url, LiveQuery);
    if (read.kind === "refused") return read.response;
    const listener = LiveListener.parse(JSON.parse(request.headers.get(LISTENER_HEADER) ?? "{}"));
    const leaf = request.headers.get(LEAF_HEADER) || null;
    if (leaf !== null) await this.#catchUp(leaf);
    const places = leaf === null ? PLACES.root : PLACES.leaf;
    const refused = admission(listener, this.#listeners.all(), places);
    if (refused !== null)
      return problem(refused.status, refused.detail, {
        headers: { "Retry-After": "30" },
        ...(refused.quota && { quota: refused.quota }),
      });
    const { min_score, after, ticket: _, ...asked } = read.query;
    const filter = { ...asked, minScore: min_score, operations: listener.operations };
    if (listener.expiresAt !== null) await this.#watchExpiry(listener.expiresAt);
    const { at, greeting } = this.#opening(lastEventId(request) ?? after);
    const progress = { filter, listener, at };
    return request.headers.get("Upgrade") === "websocket"
      ? this.#listeners.socket(progress, greeting)
      : this.#listeners.eventSource(progress, greeting);
  }

  /** Of a leaf: has the root send what this log lacks, and from now on all that it publishes. */
  async #catchUp(leaf = this.ctx.storage.kv.get<string>(LEAF_HEADER)): Promise<void> {
    if (leaf === undefined) return;
    this.ctx.storage.kv.put(LEAF_HEADER, leaf);
    const last = this.#log.lastId();
    const copy = await this.env.STREAM.getByName(STREAM_ROOT).join(leaf, last);
    // Another call may have brought it meanwhile.
    if (copy.anew && this.#log.lastId() === last) {
      this.#log.clear();
      this.#listeners.endBehind();
    }
    this.#take(copy.entries);
  }

  /** Into a leaf's log, and to its listeners; calls may bring the same messages twice. */
  #take(entries: readonly LoggedMessage[]): void {
    const last = this.#log.lastId();
    const fresh = entries.filter(({ id }) => id > last);
    this.#log.put(fresh);
    if (fresh.length > 0) this.#handOut(fresh);
  }

  #handOut(logged: readonly LoggedMessage[]): void {
    this.#listeners.endWhere(({ expiresAt }) => expiresAt !== null && expiresAt <= Date.now());
    this.#listeners.publish(logged);
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

  async #watchExpiry(at: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || at < set) await this.ctx.storage.setAlarm(Math.max(at, Date.now()));
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    this.#listeners.endWhere(({ expiresAt }) => expiresAt !== null && expiresAt <= now);
    const left = this.#listeners.all().flatMap(({ expiresAt }) => expiresAt ?? []);
    const later = left.filter((at) => at > now);
    if (later.length > 0) await this.ctx.storage.setAlarm(Math.min(...later));
  }

  /**
   * An id confirms that all up to it was read. "ping" is answered without waking this object;
   * whatever else is said is not for us.
   */
  override webSocketMessage(socket: WebSocket, said: string | ArrayBuffer): void {
    const read = typeof said === "string" ? idFrom(said) : null;
    if (read !== null) this.#listeners.confirm(socket, read);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#listeners.closed(socket);
    socket.close(sendableCode(code));
  }

  override webSocketError(socket: WebSocket): void {
    this.#listeners.closed(socket);
  }
}

const idFrom = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);

const lastEventId = (request: Request): number | null =>
  idFrom(request.headers.get("Last-Event-ID") ?? "");
