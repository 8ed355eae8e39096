import { serial } from "../../concurrency/serial.ts";
import type { Clock } from "../../kit/time.ts";
import type { RawPost } from "../../model/raw-post.ts";
import { readFrame, type StreamInterest } from "./index.ts";

const FLUSH_POSTS = 50;
const FLUSH_MS = 2_000;
/**
 * Without a post of interest the cursor is still stored so often, so that a restart has little to
 * read again.
 */
const CURSOR_MS = 30_000;
/**
 * A connection that says nothing for so long is dead: the stream carries hundreds of frames a
 * second.
 */
const SILENCE_MS = 60_000;
/**
 * Posts held while the database is out; past it the connection is closed and read again later from
 * the cursor.
 */
const HELD_MOST = 1_000;
const CLOCK_SKEW_MS = 60_000;
const BACKOFF_MS = [0, 30_000, 60_000, 120_000, 300_000];

/** Hundreds of frames a second that nobody wants are not counted. */
const PASSED_OVER: ReadonlySet<string> = new Set(["not_a_new_post", "not_of_interest"]);

export type JetstreamSocket = { close(): void };
export type JetstreamListener = { frame(text: string): void; closed(): void };

export type JetstreamPorts = {
  now: Clock;
  interest: StreamInterest;
  /** Opens the stream after `cursor`; throws when refused. */
  open(cursor: string | null, listener: JetstreamListener): Promise<JetstreamSocket>;
  ingest(posts: RawPost[]): Promise<"ok" | "unavailable">;
  /** Counts a frame that could not be read. Never throws. */
  leftOut(reason: string): void;
  /** Survives eviction. */
  memory: { cursor: string | null };
};

export type JetstreamState = {
  connected: boolean;
  failures: number;
  held: number;
  cursor: string | null;
  lastFrameAt: number | null;
};

export type JetstreamActor = {
  /**
   * Called on every tick and alarm: hands over what is held and opens the connection anew when it
   * is gone or silent.
   */
  keep(): Promise<void>;
  state(): JetstreamState;
  close(): void;
};

/**
 * Holds the one connection, hands its posts over in small batches, and moves the cursor only past
 * posts that were accepted.
 */
export function jetstreamActor(ports: JetstreamPorts): JetstreamActor {
  const { now, memory } = ports;
  const inTurn = serial();
  let socket: JetstreamSocket | null = null;
  let connection = 0;
  let failures = 0;
  let retryAt = 0;
  let lastFrameAt: number | null = null;
  let lastFlushAt = now();
  let held: RawPost[] = [];
  let reached: number | null = null;
  let flushing = false;
  /** The last posts that were handed over were not accepted. */
  let refused = false;

  function drop(): void {
    socket?.close();
    socket = null;
    connection++;
  }

  /**
   * What was not accepted is forgotten: the cursor stands before it, and the next connection brings
   * it again.
   */
  function startOver(): void {
    drop();
    held = [];
    reached = null;
    refused = false;
    retryAt = now() + (BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] ?? 0);
    failures++;
  }

  async function flush(): Promise<void> {
    const posts = held;
    const upTo = reached;
    if (upTo === null) return;
    held = [];
    lastFlushAt = now();
    const accepted =
      posts.length === 0 ||
      (await ports.ingest(posts).catch(() => "unavailable" as const)) === "ok";
    refused = !accepted;
    if (accepted) {
      memory.cursor = String(upTo);
      failures = 0;
      return;
    }
    held = [...posts, ...held];
    if (held.length > HELD_MOST) startOver();
  }

  /** After a refusal the time alone counts: a full batch would be tried again with every frame. */
  function due(): boolean {
    const waited = now() - lastFlushAt;
    return (
      (held.length >= FLUSH_POSTS && !refused) ||
      (held.length > 0 && waited >= FLUSH_MS) ||
      waited >= CURSOR_MS
    );
  }

  function onFrame(text: string): void {
    lastFrameAt = now();
    const { post, timeUs, leftOut } = readFrame(text, ports.interest);
    if (post !== null) held.push(post);
    else if (leftOut !== null && !PASSED_OVER.has(leftOut)) ports.leftOut(leftOut);
    /**
     * A frame from the future would have the next connection begin there, and miss what comes until
     * then.
     */
    if (timeUs !== null && timeUs <= (now() + CLOCK_SKEW_MS) * 1_000)
      reached = Math.max(reached ?? 0, Math.min(timeUs, now() * 1_000));
    if (due() && !flushing) void flushOnce();
  }

  /**
   * Hundreds of frames a second come while one flush waits for the database: they must not queue
   * one each.
   */
  async function flushOnce(): Promise<void> {
    flushing = true;
    await inTurn(flush).finally(() => {
      flushing = false;
    });
  }

  async function connect(): Promise<void> {
    const mine = ++connection;
    const current = (act: () => void) => () => {
      if (mine === connection) act();
    };
    try {
      const opened = await ports.open(memory.cursor, {
        frame: (text) => current(() => onFrame(text))(),
        closed: current(() => {
          socket = null;
        }),
      });
      if (mine !== connection) return opened.close();
      socket = opened;
      lastFrameAt = now();
    } catch {
      startOver();
    }
  }

  return {
    async keep() {
      await inTurn(flush);
      if (socket !== null && lastFrameAt !== null && now() - lastFrameAt > SILENCE_MS) drop();
      if (socket === null && now() >= retryAt)
        await inTurn(() => (socket === null ? connect() : Promise.resolve()));
    },
    state: (): JetstreamState => ({
      connected: socket !== null,
      failures,
      held: held.length,
      cursor: memory.cursor,
      lastFrameAt,
    }),
    close: drop,
  };
}
