import { enqueueDeliveries } from "../../src/outbox/enqueue.ts";
import type { SweeperPorts } from "../../src/schedule/sweeper.ts";
import type { Bindings } from "../env.ts";
import { isolateOf } from "./isolate.ts";
import { type ComposedPorts, type DeferWork, metricsFlusher, requeuePorts } from "./shared.ts";

/** The sweeper's object sets its own alarm, so it is not asked through its binding. */
export function composeSweeper(
  env: Bindings,
  defer: DeferWork,
  schedulePostSweep: (at: number) => Promise<void>,
): ComposedPorts<SweeperPorts> {
  const isolate = isolateOf(env);
  const ports: SweeperPorts = {
    ...requeuePorts(env, isolate),
    schedulePostSweep,
    outbox: {
      store: isolate.store,
      enqueue: (due) => enqueueDeliveries(due, { deliveries: env.DELIVERIES }),
    },
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}
