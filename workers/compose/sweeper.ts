import type { ArchivePorts } from "../../src/archive/archive-batch.ts";
import { enqueueDeliveries } from "../../src/outbox/enqueue.ts";
import type { SweeperPorts } from "../../src/schedule/sweeper.ts";
import type { Bindings } from "../env.ts";
import { isolateOf } from "./isolate.ts";
import {
  bucketOf,
  type ComposedPorts,
  type DeferWork,
  metricsFlusher,
  requeuePorts,
  runtimePorts,
} from "./shared.ts";

/** The sweeper's object sets its own alarm, so it is not asked through its binding. */
export function composeSweeper(
  env: Bindings,
  defer: DeferWork,
  schedulePostSweep: (at: number) => Promise<void>,
): ComposedPorts<SweeperPorts & { archive: ArchivePorts | undefined }> {
  const isolate = isolateOf(env);
  const bucket = bucketOf(env);
  const ports: SweeperPorts = {
    ...requeuePorts(env, isolate),
    schedulePostSweep,
    outbox: {
      store: isolate.store,
      enqueue: (due) => enqueueDeliveries(due, { deliveries: env.DELIVERIES }),
    },
  };
  const archive = bucket && { ...runtimePorts(isolate), store: isolate.store, bucket };
  return { ports: { ...ports, archive }, flush: metricsFlusher(env, isolate, defer) };
}
