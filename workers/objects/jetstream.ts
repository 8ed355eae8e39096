import { DurableObject } from "cloudflare:workers";
import {
  type JetstreamActor,
  type JetstreamState,
  jetstreamActor,
} from "../../src/sources/jetstream/connection.ts";
import { composeJetstream } from "../compose/jetstream.ts";
import type { Bindings } from "../env.ts";
import type { JetstreamRpc } from "./rpc.ts";

const WATCH_MS = 30_000;
const SWITCHED_OFF: JetstreamState = {
  connected: false,
  failures: 0,
  held: 0,
  cursor: null,
  lastFrameAt: null,
};

/**
 * Holds the one connection to Bluesky. An alarm watches over it, because nothing else runs when the
 * connection dies unheard.
 */
export class JetstreamObject extends DurableObject<Bindings> implements JetstreamRpc {
  readonly #composed = composeJetstream(this.env, (work) => this.ctx.waitUntil(work));
  readonly #actor: JetstreamActor | null =
    this.#composed &&
    jetstreamActor({ ...this.#composed.ports, memory: cursorIn(this.ctx.storage) });

  /** Called by every tick. Does nothing while the source is off. */
  async keep(): Promise<void> {
    if (this.#actor === null) return;
    try {
      await this.#actor.keep();
    } finally {
      await this.ctx.storage.setAlarm(Date.now() + WATCH_MS);
      this.#composed?.flush();
    }
  }

  override async alarm(): Promise<void> {
    await this.keep();
  }

  state(): JetstreamState {
    return this.#actor?.state() ?? SWITCHED_OFF;
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
