import * as z from "zod";
import { iso } from "../../kit/time.ts";
import type { StoredSignal } from "../../rules/backtest.ts";
import {
  CanarySide,
  type CanarySignal,
  canarySide,
  type LiveCanary,
  RulesCanary,
} from "../../rules/canary.ts";
import type { Ruleset } from "../../rules/score.ts";
import type { ChangeEntry } from "../../store/audit-log.ts";
import type { DescribeChange } from "../change.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export type CanaryPorts = {
  /** The rules in force. */
  current(): Promise<Ruleset>;
  /** Makes loaded rules the ones in force. Throws StoreUnavailable. */
  publish(rules: Ruleset, entry: ChangeEntry): Promise<void>;
  /** The rules that score a share of the event keys before they are put in force. */
  canary(): Promise<LiveCanary | null>;
  startCanary(rules: Ruleset, share: number, entry: ChangeEntry): Promise<void>;
  stopCanary(entry: ChangeEntry): Promise<void>;
  now(): number;
  /** Stored signals since an instant, newest first. */
  backtestRows(since: string, limit: number): Promise<(StoredSignal & CanarySignal)[]>;
};

/** Signals that the two sides are compared on, the newest. */
const MAX_COMPARED = 10_000;

export const RulesSummary = z.object({
  sha: z.string(),
  version: z.string(),
  rules: z.number().int(),
});

export const summaryOf = ({ sha, document, rules }: Ruleset) => ({
  sha,
  version: document.version,
  rules: rules.length,
});

export const canaryShown = ({ sha, share, since, author }: LiveCanary) => ({
  sha,
  share,
  since,
  author,
});

/** The entry of the audit log for rules that come into force. */
export async function rulesChange(
  { sha }: Ruleset,
  change: DescribeChange,
  ports: Pick<CanaryPorts, "current" | "now">,
  more: object = {},
): Promise<ChangeEntry> {
  const before = { sha: (await ports.current()).sha };
  return change({ at: iso(ports.now()), subject: "rules", before, after: { sha, ...more } });
}

/** Reading, ending and promoting the canary; PUT /rules?canary= starts one. */
export const canaryRoutes = (ports: CanaryPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/rules/canary",
    access: "operations",
    tag: "rules",
    operationId: "getRulesCanary",
    summary: "The rules on a share of the events beside those in force, with what each scored.",
    answer: z.object({
      canary: RulesCanary.nullable(),
      sides: z.object({ current: CanarySide, canary: CanarySide }).nullable(),
    }),
    status: 200,
    async handle() {
      const [current, canary] = await Promise.all([ports.current(), ports.canary()]);
      if (!canary) return { canary: null, sides: null };
      const signals = await ports.backtestRows(canary.since, MAX_COMPARED);
      return {
        canary: canaryShown(canary),
        sides: {
          current: canarySide(current, signals),
          canary: canarySide(canary.rules, signals),
        },
      };
    },
  }),
  route({
    method: "DELETE",
    path: "/rules/canary",
    access: "write",
    tag: "rules",
    operationId: "stopRulesCanary",
    summary: "Ends the canary: all events are scored by the rules in force.",
    answer: z.object({ canary: z.null() }),
    status: 200,
    async handle({ change }) {
      const canary = await ports.canary();
      const at = iso(ports.now());
      const before = canary && canaryShown(canary);
      await ports.stopCanary(change({ at, subject: "rules/canary", before }));
      return { canary: null };
    },
  }),
  route({
    method: "POST",
    path: "/rules/promote",
    access: "write",
    tag: "rules",
    operationId: "promoteRules",
    summary: "Puts the canary's rules in force for all events.",
    answer: RulesSummary,
    status: 200,
    async handle({ change }) {
      const canary = await ports.canary();
      if (!canary) return problem(409, "There is no canary: push rules with a share first.");
      await ports.publish(canary.rules, await rulesChange(canary.rules, change, ports));
      return summaryOf(canary.rules);
    },
  }),
];
