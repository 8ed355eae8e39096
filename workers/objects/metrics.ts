import { DurableObject } from "cloudflare:workers";
import {
  emptySnapshot,
  type MetricsSnapshot,
  mergeMetrics,
} from "../../src/observability/collector.ts";
import type { Bindings } from "../env.ts";
import type { MetricsRpc } from "./rpc.ts";

/**
 * Counters may lose their last seconds in a crash, as Prometheus expects of a process that
 * restarts.
 */
const SAVE_AFTER_MS = 5_000;

/**
 * The sum of what all isolates counted. Each invocation sends its deltas in one call; a scrape
 * reads the totals.
 */
export class MetricsObject extends DurableObject<Bindings> implements MetricsRpc {
  #totals: MetricsSnapshot = this.ctx.storage.kv.get<MetricsSnapshot>("totals") ?? emptySnapshot();

  async add(deltas: MetricsSnapshot): Promise<void> {
    this.#totals = mergeMetrics(this.#totals, deltas);
    if ((await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(Date.now() + SAVE_AFTER_MS);
  }

  totals(): MetricsSnapshot {
    return this.#totals;
  }

  override alarm(): void {
    this.ctx.storage.kv.put("totals", this.#totals);
  }
}
