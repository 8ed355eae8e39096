import { type LiveCondition, readLiveCondition } from "../../src/api/live-condition.ts";
import { snakeCased } from "../../src/kit/case.ts";
import { utf8Length } from "../../src/kit/utf8.ts";
import { audience } from "../../src/observability/audience.ts";
import {
  EVENT_STREAM,
  type LiveFilter,
  type LiveListener,
  type LiveMessage,
  type LoggedMessage,
  passesFilter,
} from "../../src/observability/live.ts";
import {
  NOTHING_SENT,
  type SendAccount,
  unconfirmedBytes,
  withConfirmed,
  withSent,
} from "../../src/observability/unconfirmed.ts";
import type { LiveLog } from "./live-log.ts";
import { ENDED, FELL_BEHIND } from "./stream-places.ts";

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
/** Messages after which the place of every socket is kept, also of those that got none of them. */
const KEEP_PLACES_EVERY = 250;
/** Compiled conditions that are kept; each is compiled again when it is needed. */
const MAX_CONDITIONS = 500;

const RESUME = "fell behind; resume with ?after=, and send the ids you read";

/** `at`: the last message of the log that was handed out or passed over. */
export type Progress = { filter: LiveFilter; listener: LiveListener; at: number };
export type Greeting = { id: number; event: "hello" | "reset"; data: object };

/** Kept with the socket, so that it outlives the object. */
type Attachment = Progress & { account: SendAccount };
/**
 * `caughtUp`: it has had all of the log that it asked for, whatever `at` says. What is published
 * then goes to it without a look into the log, and what it did not ask for costs it nothing.
 */
type SocketListener = Attachment & { socket: WebSocket; caughtUp: boolean };
type EventSource = Progress & {
  controller: ReadableStreamDefaultController<Uint8Array>;
  caughtUp: boolean;
};
type Listening = SocketListener | EventSource;
const utf8 = new TextEncoder();

/** Who listens at one object, and what each of them has had: WebSockets and event sources. */
export function streamListeners(context: DurableObjectState, log: LiveLog) {
  const index = audience<Listening>();
  const bySocket = new WeakMap<WebSocket, SocketListener>();
  const conditions = new Map<string, LiveCondition>();
  let heartbeat: ReturnType<typeof setInterval> | undefined;

  const addSocket = (listening: SocketListener): void => {
    bySocket.set(listening.socket, listening);
    index.add(listening);
  };
  // Sockets outlive the object.
  for (const socket of context.getWebSockets())
    addSocket({ ...(socket.deserializeAttachment() as Attachment), socket, caughtUp: false });

  const keep = ({ socket, caughtUp: _, ...kept }: SocketListener): void =>
    socket.serializeAttachment(kept);

  function holds(text: string, message: LiveMessage): boolean {
    const known = conditions.get(text);
    if (known !== undefined) return known(message);
    const read = readLiveCondition(text);
    if (read.kind === "refused") return false;
    if (conditions.size > MAX_CONDITIONS) conditions.clear();
    conditions.set(text, read.holds);
    return read.holds(message);
  }
  const passes = (filter: LiveFilter, message: LiveMessage): boolean =>
    passesFilter(filter, message) && (filter.where === null || holds(filter.where, message));

  /** What comes next for a listener: what was just published, or else the log after its place. */
  const next = (to: Listening, published: readonly LoggedMessage[]) => {
    const last = published.at(-1)?.id ?? 0;
    if (to.at < last && (to.caughtUp || published[0]?.id === to.at + 1)) return published;
    return to.caughtUp ? [] : log.after(to.at, PIECE);
  };

  /**
   * Hands out what the socket has not had yet, up to the limit of what may be unconfirmed. False:
   * the limit was met, or the log no longer holds what is next.
   */
  function sendTo(to: SocketListener, published: readonly LoggedMessage[] = []): boolean {
    const { socket, filter } = to;
    if (socket.readyState !== WebSocket.OPEN) return true;
    for (;;) {
      const entries = next(to, published);
      if (entries === "gone") return false;
      to.caughtUp = entries.length === 0;
      if (to.caughtUp) break;
      for (const entry of entries) {
        if (entry.id <= to.at) continue;
        if (passes(filter, entry.message)) {
          const text = frame(entry);
          const bytes = utf8Length(text);
          if (unconfirmedBytes(to.account) + bytes > MAX_UNCONFIRMED_BYTES) {
            keep(to);
            return false;
          }
          socket.send(text);
          to.account = withSent(to.account, entry.id, bytes);
        }
        to.at = entry.id;
      }
      to.caughtUp = entries === published;
      if (to.caughtUp) break;
    }
    keep(to);
    return true;
  }

  /** Hands out what an event source has room for; it asks for the rest when it has read. */
  function feed(source: EventSource, published: readonly LoggedMessage[] = []): void {
    const { controller } = source;
    try {
      while ((controller.desiredSize ?? 0) > 0) {
        const entries = next(source, published);
        if (entries === "gone") {
          end(source);
          return;
        }
        source.caughtUp = entries.length === 0;
        if (source.caughtUp) return;
        for (const entry of entries) {
          if ((controller.desiredSize ?? 0) <= 0) return;
          // Handing out the one before may have asked for more, and brought this one.
          if (entry.id <= source.at) continue;
          source.at = entry.id;
          if (passes(source.filter, entry.message))
            controller.enqueue(utf8.encode(eventFrame(entry)));
        }
        source.caughtUp = entries === published;
        if (source.caughtUp) return;
      }
      // What it had no room for it has yet to get.
      if (published.length > 0) source.caughtUp = false;
    } catch {
      index.remove(source);
    }
  }

  function end(source: EventSource): void {
    index.remove(source);
    try {
      source.controller.close();
    } catch {
      // Closed from the other side in the meantime.
    }
  }

  function endSocket({ socket }: SocketListener, code: number, reason: string): void {
    closed(socket);
    socket.close(code, reason);
  }

  function closed(socket: WebSocket): void {
    const listening = bySocket.get(socket);
    if (listening !== undefined) index.remove(listening);
  }

  /** So that the log still holds what comes after each place when the object is made anew. */
  function keepPlaces(last: number): void {
    for (const to of index.all) {
      if (to.caughtUp) to.at = last;
      if ("socket" in to) sendTo(to);
    }
  }

  /** One that has read nothing since the last beat is too far behind, or gone without a word. */
  function beat(): void {
    const sources = [...index.all].filter((each) => "controller" in each);
    for (const source of sources) {
      if ((source.controller.desiredSize ?? 0) <= 0) end(source);
      else source.controller.enqueue(utf8.encode(": still here\n\n"));
    }
    if (sources.length > 0 || heartbeat === undefined) return;
    clearInterval(heartbeat);
    heartbeat = undefined;
  }

  return {
    all: (): LiveListener[] => [...index.all].map(({ listener }) => listener),
    size: (): number => index.all.size,

    socket(progress: Progress, greeting: Greeting): Response {
      const { 0: client, 1: server } = new WebSocketPair();
      context.acceptWebSocket(server);
      context.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
      const to = { ...progress, socket: server, account: NOTHING_SENT, caughtUp: false };
      addSocket(to);
      keep(to);
      server.send(JSON.stringify(greeting));
      sendTo(to);
      return new Response(null, { status: 101, webSocket: client });
    },

    eventSource(progress: Progress, greeting: Greeting): Response {
      let source: EventSource | undefined;
      const body = new ReadableStream<Uint8Array>(
        {
          start: (controller) => {
            source = { ...progress, controller, caughtUp: false };
            index.add(source);
            const hello = `retry: 2000\nid: ${greeting.id}\nevent: ${greeting.event}\ndata: {}\n\n`;
            controller.enqueue(utf8.encode(hello));
          },
          pull: () => {
            if (source !== undefined) feed(source);
          },
          cancel: () => {
            if (source !== undefined) index.remove(source);
          },
        },
        new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
      );
      heartbeat ??= setInterval(beat, HEARTBEAT_MS);
      return new Response(body, { headers: EVENT_STREAM });
    },

    /** Hands what was just put into the log to those who may want it. */
    publish(logged: readonly LoggedMessage[]): void {
      const interested = index.interestedIn(logged.map(({ message }) => message));
      for (const to of interested) {
        if ("controller" in to) feed(to, logged);
        else if (!sendTo(to, logged)) endSocket(to, FELL_BEHIND, RESUME);
      }
      const period = (id: number) => Math.floor(id / KEEP_PLACES_EVERY);
      const last = logged.at(-1)?.id ?? 0;
      if (period((logged[0]?.id ?? 1) - 1) !== period(last)) keepPlaces(last);
    },

    /** Ends whoever the answer is true for: their key is no longer valid. */
    endWhere(ends: (listener: LiveListener) => boolean): void {
      for (const to of [...index.all]) {
        if (!ends(to.listener)) continue;
        if ("controller" in to) end(to);
        else endSocket(to, ENDED, "the key is no longer valid");
      }
    },

    /** Ends everyone: the log lost messages that they have not had. They resume. */
    endBehind(): void {
      for (const to of [...index.all]) {
        if ("controller" in to) end(to);
        else endSocket(to, FELL_BEHIND, RESUME);
      }
    },

    /** The socket's listener has read all up to this message. */
    confirm(socket: WebSocket, read: number): void {
      const to = bySocket.get(socket);
      if (to === undefined) return;
      to.account = withConfirmed(to.account, read);
      keep(to);
      sendTo(to);
    },

    closed,
  };
}

const wire = ({ event, ...data }: LiveMessage) => ({ event, data: snakeCased(data) });

function eventFrame({ id, message }: LoggedMessage): string {
  const { event, data } = wire(message);
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

const frame = ({ id, message }: LoggedMessage): string => JSON.stringify({ id, ...wire(message) });
