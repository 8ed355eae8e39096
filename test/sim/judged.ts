import type { Ruleset } from "../../src/rules/score.ts";
import type { Pause } from "./actors.ts";
import type { FaultName } from "./faults.ts";
import type { EventTable, Tables } from "./tables.ts";
import type { ReceivedChange } from "./targets.ts";
import type { Workload } from "./workload.ts";

/** A run after quiet, and all that it is judged by. */
export type Judged = {
  quiet: boolean;
  tables: Tables;
  ledger: ReceivedChange[];
  /** Of each channel by its id. */
  targets: ReadonlyMap<number, string>;
  workload: Workload;
  /** Marks of the garbage that was put into the queues. */
  poison: ReadonlySet<string>;
  /** When channels were paused by hand. */
  pauses: readonly Pause[];
  rules: readonly Ruleset[];
  /** What was seen torn on the way. */
  torn: readonly string[];
  /** Posts that the sweep sent anew. */
  lost: number;
  /** Whether the number of transitions is the same on every way. */
  steady: boolean;
  faults: ReadonlySet<FaultName>;
};

/** What the same posts leave behind when nothing goes wrong. */
export type Reference = Tables;

export type Complaints = string[];

/** Of a backfill: nobody is notified because of it. */
export const isQuiet = ({ quiet }: EventTable["evidence"][number]): boolean => quiet === true;
