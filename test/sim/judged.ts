import type { Ruleset } from "../../src/rules/score.ts";
import type { Changes } from "./changes.ts";
import type { FaultName } from "./faults.ts";
import type { ChannelEdits, Pause } from "./people.ts";
import type { EventTable, Tables } from "./tables.ts";
import type { ReceivedChange } from "./targets.ts";
import type { Workload } from "./workload.ts";
import type { Judges } from "./world.ts";

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
  /** How channels were changed; undefined where none was. */
  edits: ChannelEdits | undefined;
  /** The older ones, and those that took their place. */
  rules: readonly Ruleset[];
  judges: Judges;
  /** How long each step of judging took, each time, by post and step. */
  times: ReadonlyMap<string, readonly number[]>;
  /** What was seen torn on the way. */
  torn: readonly string[];
  /** Of each event, whether some facts were missing at each look for them. */
  looks: ReadonlyMap<string, readonly boolean[]>;
  changes: Changes;
  /** The contracts of a symbol, the largest market first. */
  contracts: ReadonlyMap<string, readonly string[]>;
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
