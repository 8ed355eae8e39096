import { DurableObject } from "cloudflare:workers";
import { MAX_WINDOW_MINUTES } from "../../src/alerts/alert-facts.ts";
import { type AlertsTick, alertsActor } from "../../src/alerts/alerts-actor.ts";
import type { AlertsView } from "../../src/alerts/alerts-view.ts";
import type { CountSample } from "../../src/alerts/counts.ts";
import type { AlertMemory, KeptAlerts } from "../../src/alerts/kept-alerts.ts";
import type { AlertSilence } from "../../src/alerts/silence.ts";
import { composeAlerts } from "../compose/alerts.ts";
import type { Bindings } from "../env.ts";
import type { AlertsRpc } from "./rpc.ts";

/** The one object that evaluates the alerts, keeps their states and silences, and tells them. */
export class AlertsObject extends DurableObject<Bindings> implements AlertsRpc {
  readonly #composed = composeAlerts(this.env, (work) => this.ctx.waitUntil(work));
  readonly #actor = alertsActor(
    {
      ...this.#composed.ports,
      defer: (work) => this.ctx.waitUntil(work.finally(() => this.#composed.flush())),
    },
    memoryIn(this.ctx.storage),
  );

  async tick(tick: AlertsTick): Promise<void> {
    await this.#actor.tick(tick);
    this.#composed.flush();
  }

  view(): AlertsView {
    return this.#actor.view();
  }

  addSilence(silence: AlertSilence): boolean {
    return this.#actor.addSilence(silence);
  }

  endSilence(id: string): boolean {
    return this.#actor.endSilence(id);
  }
}

/** One row a minute of the longest window and a little more, so that a tick writes little. */
const SAMPLES = MAX_WINDOW_MINUTES + 5;

/** A row a field: a storm may fill one, and a row holds two megabytes. */
const KEPT = "kept:";
const keptFields = (kv: SyncKvStorage): Partial<KeptAlerts> =>
  Object.fromEntries(
    [...kv.list({ prefix: KEPT })].map(([name, value]) => [name.slice(KEPT.length), value]),
  );

const memoryIn = ({ kv }: DurableObjectStorage): AlertMemory => ({
  // One row held everything before, and may be all there is.
  read: () => ({ ...kv.get<KeptAlerts>("kept"), ...keptFields(kv) }),
  write(change) {
    for (const [field, value] of Object.entries(change)) kv.put(KEPT + field, value);
  },
  samples: () =>
    [...kv.list<CountSample>({ prefix: "sample:" })]
      .map(([, sample]) => sample)
      .sort((a, b) => a.at - b.at),
  addSample: (minute, sample) => kv.put(`sample:${minute % SAMPLES}`, sample),
});
