import { DurableObject } from "cloudflare:workers";
import { archiveBatch } from "../../src/archive/archive-batch.ts";
import type { CachedCursor } from "../../src/schedule/cursor-cache.ts";
import { type SweeperMemory, sweeperActor } from "../../src/schedule/sweeper.ts";
import type { ArchivedKind } from "../../src/store/archive.ts";
import { composeSweeper } from "../compose/sweeper.ts";
import type { Bindings } from "../env.ts";
import type { SweeperRpc } from "./rpc.ts";

/**
 * The one object that wakes what waits (rows of the outbox that fall due, posts whose messages were
 * lost), so that nothing else has to look.
 */
export class SweeperObject extends DurableObject<Bindings> implements SweeperRpc {
  readonly #composed = composeSweeper(
    this.env,
    (work) => this.ctx.waitUntil(work),
    (at) => this.schedulePostSweep(at),
  );
  readonly #actor = sweeperActor(this.#composed.ports, memoryIn(this.ctx.storage));

  async wake(at: number): Promise<void> {
    await this.#actor.wake(at);
  }

  async schedulePostSweep(at: number): Promise<void> {
    await this.#actor.schedulePostSweep(at);
  }

  /** Where the polls of a source stand: see src/schedule/cursor-cache.ts. */
  async cursor(source: string): Promise<CachedCursor | undefined> {
    return this.ctx.storage.kv.get<CachedCursor>(`place:${source}`);
  }

  async keepCursor(source: string, cached: CachedCursor | undefined): Promise<void> {
    if (cached === undefined) this.ctx.storage.kv.delete(`place:${source}`);
    else this.ctx.storage.kv.put(`place:${source}`, cached);
  }

  /**
   * Each call has processor time of its own: to write a batch takes more than a cron has for a day
   * of them. An object beside the one that sweeps, which it would hold up.
   */
  async archiveBatch(what: ArchivedKind, before: string): Promise<number | undefined> {
    const { archive } = this.#composed.ports;
    if (archive === undefined) throw new Error("no bucket is bound to this Worker");
    const gone = await archiveBatch(what, before, archive);
    this.#composed.flush();
    return gone;
  }

  override async alarm(): Promise<void> {
    await this.#actor.alarm();
    this.#composed.flush();
  }
}

const memoryIn = (storage: DurableObjectStorage): SweeperMemory => ({
  getAlarm: () => storage.getAlarm(),
  setAlarm: (at) => storage.setAlarm(at),
  sentAt: new Map(),
  get postsUntil(): number | undefined {
    return storage.kv.get<number>("postsUntil");
  },
  set postsUntil(at: number | undefined) {
    if (at === undefined) storage.kv.delete("postsUntil");
    else storage.kv.put("postsUntil", at);
  },
});
