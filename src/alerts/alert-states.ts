import * as z from "zod";
import { iso } from "../kit/time.ts";
import { ALERT_SCOPES, AlertEntry, type AlertNotice, AlertSeverity } from "../model/alert.ts";
import type { AlertMatch } from "./evaluate.ts";
import type { LiveAlert } from "./load-alerts.ts";
import { type AlertSilence, silenceOf } from "./silence.ts";

/**
 * One alert about one subject, as it is kept: also what its notices need after the file has
 * changed.
 */
export const AlertState = z.object({
  key: z.string(),
  alert: z.string(),
  scope: z.enum(ALERT_SCOPES),
  subject: z.string().nullable(),
  status: z.enum(["pending", "firing"]),
  severity: AlertSeverity,
  labels: z.record(z.string(), z.string()),
  group: z.string(),
  channels: z.array(z.string()).nullable(),
  resolve: z.boolean(),
  summary: z.string(),
  description: z.string(),
  /** Since when the condition holds. */
  since: z.string(),
  firedAt: z.string().nullable(),
  /** When it was last told; null while it was not, as when it is silenced. */
  notifiedAt: z.string().nullable(),
});
export type AlertState = z.infer<typeof AlertState>;

/** An alert that ended, for those who look later. */
export const ResolvedAlert = AlertEntry.pick({
  key: true,
  alert: true,
  subject: true,
  severity: true,
  summary: true,
  startsAt: true,
}).extend({ endsAt: z.string() });
export type ResolvedAlert = z.infer<typeof ResolvedAlert>;

export type HeldAlerts = { states: AlertState[]; resolved: ResolvedAlert[] };

/** What is to be told, to whom. */
export type PlannedNotice = { notice: AlertNotice; channels: string[] | null };

const RESOLVED_KEPT = 30;

/**
 * The states after an evaluation, and what is to be told of them. Evaluating the same facts again
 * changes and tells nothing, so that a tick may come twice.
 */
export function nextStates(
  held: HeldAlerts,
  matches: readonly AlertMatch[],
  silences: readonly AlertSilence[],
  now: number,
): HeldAlerts & { notices: PlannedNotice[] } {
  const before = new Map(held.states.map((state) => [state.key, state]));
  const told: ToldAlert[] = [];
  const states = matches.map((match) => {
    const state = stateAfter(before.get(match.key), match, now);
    if (!isDue(state, match.alert, silences, now)) return state;
    told.push({ state, entry: entryOf(state, null) });
    return { ...state, notifiedAt: iso(now) };
  });
  const present = new Set(matches.map(({ key }) => key));
  const ended = held.states.filter(({ key, status }) => status === "firing" && !present.has(key));
  for (const state of ended)
    if (state.resolve && state.notifiedAt !== null && !silenceOf(state, silences, now))
      told.push({ state, entry: entryOf(state, iso(now)) });
  const resolved = ended.map((state) => resolvedOf(state, now));
  return {
    states,
    resolved: [...resolved, ...held.resolved].slice(0, RESOLVED_KEPT),
    notices: inGroups(told, now),
  };
}

/** A tick that comes some moments earlier in its minute than an earlier one costs no minute. */
const TICK_SLACK_MS = 5_000;
const hasPassed = (since: string, ms: number, now: number): boolean =>
  now - Date.parse(since) >= ms - TICK_SLACK_MS;

function stateAfter(before: AlertState | undefined, match: AlertMatch, now: number): AlertState {
  const { alert, key, subject, summary, description } = match;
  const since = before?.since ?? iso(now);
  const firedAt = before?.firedAt ?? (hasPassed(since, alert.forMs, now) ? iso(now) : null);
  return {
    key,
    alert: alert.name,
    scope: alert.scope,
    subject,
    status: firedAt === null ? "pending" : "firing",
    severity: alert.severity,
    labels: alert.labels,
    group: alert.group,
    channels: alert.channels,
    resolve: alert.resolve,
    summary,
    description,
    since,
    firedAt,
    notifiedAt: before?.notifiedAt ?? null,
  };
}

/** Whether it is told now: it fires, was not told or is to be repeated, and nobody silenced it. */
function isDue(
  state: AlertState,
  { repeatMs }: LiveAlert,
  silences: readonly AlertSilence[],
  now: number,
): boolean {
  if (state.status !== "firing" || silenceOf(state, silences, now)) return false;
  if (state.notifiedAt === null) return true;
  return repeatMs !== null && hasPassed(state.notifiedAt, repeatMs, now);
}

const entryOf = (state: AlertState, endsAt: string | null): AlertEntry => ({
  key: state.key,
  alert: state.alert,
  scope: state.scope,
  subject: state.subject,
  status: endsAt === null ? "firing" : "resolved",
  severity: state.severity,
  summary: state.summary,
  description: state.description,
  labels: state.labels,
  startsAt: state.firedAt ?? state.since,
  endsAt,
});

const resolvedOf = (state: AlertState, now: number): ResolvedAlert => {
  const { key, alert, subject, severity, summary } = state;
  const startsAt = state.firedAt ?? state.since;
  return { key, alert, subject, severity, summary, startsAt, endsAt: iso(now) };
};

type ToldAlert = { state: AlertState; entry: AlertEntry };

/** One notice for what goes to the same channels in the same group. */
function inGroups(told: readonly ToldAlert[], now: number): PlannedNotice[] {
  const groups = Map.groupBy(told, ({ state }) => JSON.stringify([state.group, state.channels]));
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const { group, channels } = first.state;
    const alerts = members.map(({ entry }) => entry);
    return { notice: { kind: "alert", group, at: iso(now), alerts }, channels };
  });
}
