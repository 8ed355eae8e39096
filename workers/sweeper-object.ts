import { DurableObject } from "cloudflare:workers";
import type { Bindings } from "./env.ts";
import { sweeperKeeper } from "./sweeper-keeper.ts";
import { wireSweeper } from "./wire.ts";

/** The one object that wakes what waits in the outbox. */
export class SweeperObject extends DurableObject<Bindings> {
  readonly #wired = wireSweeper(this.env, (work) => this.ctx.waitUntil(work));
  readonly #keeper = sweeperKeeper(this.#wired.ports, this.ctx.storage);

  async wake(at: number): Promise<void> {
    await this.#keeper.wake(at);
  }

  override async alarm(): Promise<void> {
    await this.#keeper.alarm();
    this.#wired.flush();
  }
}
