import { DurableObject } from "cloudflare:workers";
import { interestIn, streamSettings, subscribeUrl } from "../src/sources/jetstream.ts";
import type { Bindings } from "./env.ts";
import { ingest } from "./ingest.ts";
import { isolateOf } from "./isolate.ts";
import { type JetstreamState, jetstreamKeeper, type Listener, type Socket } from "./jetstream-keeper.ts";
import { flusher, ingestPorts } from "./wire.ts";

const WATCH_MS = 30_000;

/** Opens the stream. A Worker opens a WebSocket by a fetch that asks for the upgrade. */
async function open(url: string, listener: Listener): Promise<Socket> {
  const response = await fetch(url, {
    redirect: "manual",
    headers: { upgrade: "websocket" },
    signal: AbortSignal.timeout(10_000),
  });
  const socket = response.webSocket;
  if (socket === null) throw new Error("the stream was refused");
  socket.accept();
  socket.addEventListener("message", ({ data }) => listener.frame(typeof data === "string" ? data : ""));
  socket.addEventListener("close", listener.closed);
  socket.addEventListener("error", listener.closed);
  return { close: () => socket.close(1000) };
}

/** Holds the one connection to Bluesky. An alarm watches over it, because nothing else runs when the connection dies unheard. */
export class JetstreamObject extends DurableObject<Bindings> {
  readonly #isolate = isolateOf(this.env);
  readonly #flush = flusher(this.env, this.#isolate, (work) => this.ctx.waitUntil(work));
  readonly #settings = streamSettings(this.#isolate.variables);
  readonly #keeper = jetstreamKeeper({
    now: Date.now,
    interest: interestIn(this.#settings?.JETSTREAM_WORDS ?? []),
    open: (cursor, listener) => {
      if (this.#settings === null) throw new Error("off");
      return open(subscribeUrl(this.#settings, cursor), listener);
    },
    ingest: async (posts) =>
      (await ingest(posts, ingestPorts(this.env, this.#isolate))).kind === "accepted" ? "ok" : "unavailable",
    memory: cursorIn(this.ctx.storage),
  });

  /** Called by every tick. Does nothing while the source is off. */
  async keep(): Promise<void> {
    if (this.#settings === null) return;
    try {
      await this.#keeper.keep();
    } finally {
      await this.ctx.storage.setAlarm(Date.now() + WATCH_MS);
      this.#flush();
    }
  }

  override async alarm(): Promise<void> {
    await this.keep();
  }

  state(): JetstreamState {
    return this.#keeper.state();
  }
}

const cursorIn = (storage: DurableObjectStorage) => ({
  get cursor(): string | null {
    return storage.kv.get<string>("cursor") ?? null;
  },
  set cursor(cursor: string | null) {
    if (cursor !== null) storage.kv.put("cursor", cursor);
  },
});
