import * as z from "zod";
import { sha256Hex } from "../kit/hash.ts";
import { IsoInstant, Level, SignalState } from "../model/scalars.ts";
import type { Ruleset } from "./score.ts";

/** Rules that score a share of the events before they are put in force for all. */
export const RulesCanary = z.object({
  sha: z.string(),
  /** Of the event keys; above 0, below 1. */
  share: z.number().gt(0).lt(1),
  since: IsoInstant,
  author: z.string(),
});
export type RulesCanary = z.infer<typeof RulesCanary>;

export type LiveCanary = RulesCanary & { rules: Ruleset };

/** By a hash of the key: an event is scored by the same side for as long as the share stays. */
export const isInCanary = (eventKey: string, share: number): boolean =>
  Number.parseInt(sha256Hex(`canary ${eventKey}`).slice(0, 8), 16) / 2 ** 32 < share;

/** `10%` or `0.1`; undefined for what is no share between 0 and 1. */
export function parseShare(text: string): number | undefined {
  const [, digits = "", percent] = /^(\d+(?:\.\d+)?)\s*(%)?$/.exec(text.trim()) ?? [];
  const share = Number(digits) / (percent ? 100 : 1);
  return share > 0 && share < 1 ? share : undefined;
}

const Count = z.number().int();

export const CanarySide = z.object({
  sha: z.string(),
  signals: z.number().int(),
  /** Two decimals; null without a signal. */
  meanScore: z.number().nullable(),
  levels: z.object({ opportunity: Count, observe: Count, caution: Count }),
  states: z.object({ candidate: Count, verified: Count, downgraded: Count }),
  /** Signals in a state that these rules notify of, from their least score up. */
  notify: z.number().int(),
});
export type CanarySide = z.infer<typeof CanarySide>;

export type CanarySignal = {
  rulesVersion: string;
  score: number;
  level: Level;
  state: SignalState;
};

/** What one version made of the signals that it scored. */
export function canarySide(rules: Ruleset, signals: readonly CanarySignal[]): CanarySide {
  const own = signals.filter(({ rulesVersion }) => rulesVersion === rules.sha);
  const total = own.reduce((sum, { score }) => sum + score, 0);
  const count = <T extends string>(of: (signal: CanarySignal) => T, all: readonly T[]) =>
    Object.fromEntries(
      all.map((name) => [name, own.filter((signal) => of(signal) === name).length]),
    ) as Record<T, number>;
  const { minScore, on } = rules.notify;
  return {
    sha: rules.sha,
    signals: own.length,
    meanScore: own.length === 0 ? null : Math.round((total / own.length) * 100) / 100,
    levels: count(({ level }) => level, Level.options),
    states: count(({ state }) => state, SignalState.options),
    notify: own.filter(
      ({ state, score }) => on.includes(state) && (score >= minScore || state === "downgraded"),
    ).length,
  };
}
