import { DurableObject } from "cloudflare:workers";
import { interestIn, streamSettings, subscribeUrl } from "../src/sources/jetstream/index.ts";
import type { Bindings } from "./env.ts";
import { acceptPosts } from "./ingest.ts";
import { isolateOf } from "./isolate.ts";
import { type JetstreamState, jetstreamActor } from "./jetstream-actor.ts";
import { openStream } from "./jetstream-socket.ts";
import { ingestPorts, metricsFlusher } from "./wire.ts";

const WATCH_MS = 30_000;

/**
 * Holds the one connection to Bluesky. An alarm watches over it, because nothing else runs when the
 * connection dies unheard.
 */
export class JetstreamObject extends DurableObject<Bindings> {
  readonly #isolate = isolateOf(this.env);
  readonly #flush = metricsFlusher(this.env, this.#isolate, (work) => this.ctx.waitUntil(work));
  readonly #settings = streamSettings(this.#isolate.variables);
  readonly #actor = jetstreamActor({
    now: Date.now,
    interest: interestIn(this.#settings?.JETSTREAM_WORDS ?? []),
    open: (cursor, listener) => {
      if (this.#settings === null) throw new Error("off");
      return openStream(subscribeUrl(this.#settings, cursor), listener, (url, init) =>
        fetch(url, init),
      );
    },
    ingest: async (posts) =>
      (await acceptPosts(posts, ingestPorts(this.env, this.#isolate))).kind === "accepted"
        ? "ok"
        : "unavailable",
    memory: cursorIn(this.ctx.storage),
  });

  /** Called by every tick. Does nothing while the source is off. */
  async keep(): Promise<void> {
    if (this.#settings === null) return;
    try {
      await this.#actor.keep();
    } finally {
      await this.ctx.storage.setAlarm(Date.now() + WATCH_MS);
      this.#flush();
    }
  }

  override async alarm(): Promise<void> {
    await this.keep();
  }

  state(): JetstreamState {
    return this.#actor.state();
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
