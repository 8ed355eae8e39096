import { noPipelineFacts, type PipelineFacts } from "./alert-facts.ts";
import type { HeldAlerts } from "./alert-states.ts";
import type { CountSample } from "./counts.ts";
import type { HeartbeatResult } from "./heartbeat.ts";
import type { QueuedNotice } from "./notice-queue.ts";
import { NOTHING_OBSERVED, type Observed } from "./observe.ts";
import type { AlertSilence } from "./silence.ts";

/** What outlives the object. */
export type KeptAlerts = HeldAlerts &
  Observed & {
    /** The minute of the last evaluation, since the epoch. */
    minute: number;
    silences: AlertSilence[];
    queue: QueuedNotice[];
    facts: PipelineFacts;
    heartbeat: HeartbeatResult;
  };
export type AlertMemory = {
  read(): Partial<KeptAlerts>;
  /** Writes these fields, all or none of them. */
  write(change: Partial<KeptAlerts>): void;
  samples(): CountSample[];
  /** One for each minute of the clock that ticks. */
  addSample(minute: number, sample: CountSample): void;
};

export const NOTHING_KEPT: KeptAlerts = {
  ...NOTHING_OBSERVED,
  states: [],
  resolved: [],
  minute: 0,
  silences: [],
  queue: [],
  facts: noPipelineFacts(),
  heartbeat: { kind: "off" },
};
