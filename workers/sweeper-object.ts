import { DurableObject } from "cloudflare:workers";
import { sweep } from "../src/outbox/sweep.ts";
import type { Bindings } from "./env.ts";
import { wireSweeper } from "./wire.ts";

const FAILED_MS = 30_000;

/** One object with one alarm, at the earliest time an outbox row falls due; without an open row it has none and asks the database nothing. */
export class SweeperObject extends DurableObject<Bindings> {
  readonly #wired = wireSweeper(this.env, (work) => this.ctx.waitUntil(work));
  readonly #sentAt = new Map<number, number>();

  /** Looks no later than `at` (milliseconds). */
  async wake(at: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }

  override async alarm(): Promise<void> {
    const { store, enqueue, now, log } = this.#wired.ports;
    let next: number | null = now() + FAILED_MS;
    try {
      const result = await sweep({ store, enqueue, sentAt: this.#sentAt }, now());
      if (result.sent > 0) log({ stage: "sweep", outcome: "enqueued", count: result.sent });
      next = result.next;
    } catch (error) {
      log({ stage: "sweep", level: "warn", outcome: "retry", reason: String(error) });
    } finally {
      // The platform gives up on an alarm after six failures, so none of ours ever fails, and each sets the next.
      if (next !== null) await this.wake(next);
      this.#wired.flush();
    }
  }
}
