import { DurableObject } from "cloudflare:workers";
import { emptySnapshot, merge, type Snapshot } from "../src/observability/metrics.ts";
import type { Bindings } from "./env.ts";

/**
 * Counters may lose their last seconds in a crash, as Prometheus expects of a process that
 * restarts.
 */
const SAVE_AFTER_MS = 5_000;

/**
 * The sum of what all isolates counted. Each invocation sends its deltas in one call; a scrape
 * reads the totals.
 */
export class MetricsObject extends DurableObject<Bindings> {
  #totals: Snapshot = this.ctx.storage.kv.get<Snapshot>("totals") ?? emptySnapshot();

  async add(deltas: Snapshot): Promise<void> {
    this.#totals = merge(this.#totals, deltas);
    if ((await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(Date.now() + SAVE_AFTER_MS);
  }

  totals(): Snapshot {
    return this.#totals;
  }

  override alarm(): void {
    this.ctx.storage.kv.put("totals", this.#totals);
  }
}
