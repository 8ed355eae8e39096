import type { FactValues } from "../../src/model/facts.ts";
import type { JudgeResult, JudgeWatch } from "../../src/pipeline.ts";
import type { Complaints, Judged } from "./judged.ts";
import { FRESH_SECONDS, isContested, truth } from "./providers.ts";

/** What the run broke of what must hold while lists, rules and facts change. */
export const changeComplaints = (run: Judged): Complaints[] => [
  verdictsAreOfTheirLists(run),
  rulesAreOfTheirTime(run),
  factsAreOfTheirTime(run),
  symbolsMeanTheirMarket(run),
];

const UNWATCHED: JudgeWatch = (_, step) => step();
const MINUTE = 60_000;
/** What was read a moment before a change may be written a moment after it. */
const READ_MS = MINUTE;
const SKEW_MS = 10 * MINUTE;

const keysOf = (verdict: JudgeResult): string[] =>
  verdict.kind === "keep" ? verdict.post.mentions.map(({ eventKey }) => eventKey) : [];

/** The events that hold each post. */
function eventsByPost({ tables }: Judged): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [eventKey, { evidence }] of tables.events)
    for (const { evidenceId } of evidence)
      found.set(evidenceId, [...(found.get(evidenceId) ?? []), eventKey]);
  return found;
}

/**
 * Each post ends as the lists and settings of some moment since it came have it: the new ones alone
 * once they are in force. A post on its way at that moment may be evidence by both, and then of all
 * that one of them names: unless a mention was lost, and the sweep that sent the post anew had it
 * judged by new lists, which drop it.
 */
function verdictsAreOfTheirLists(run: Judged): Complaints {
  const { tables, workload, judges, changes, faults } = run;
  const held = eventsByPost(run);
  const settled = changes.listsAt + READ_MS + (faults.has("clock-skew") ? SKEW_MS : 0);
  return workload.posts.flatMap((post) => {
    const key = `${post.source}:${post.id}`;
    const found = tables.posts.get(key);
    if (found === undefined) return [];
    const verdicts = [
      ...(Date.parse(found.acceptedAt) > settled ? [] : [judges.before(post, UNWATCHED)]),
      ...(changes.listsAt === Number.POSITIVE_INFINITY ? [] : [judges.after(post, UNWATCHED)]),
    ];
    const isDropped = verdicts.some(({ kind }) => kind === "drop");
    const isSwept = found.steps.some(
      ({ outcome, at }) => outcome === "requeued" && Date.parse(at) > changes.listsAt,
    );
    return endsAsJudged(found, held.get(key) ?? [], verdicts, isDropped && isSwept)
      ? []
      : [`post ${key} ended as ${found.outcome} (${found.reason}), by no lists there were`];
  });
}

function endsAsJudged(
  { outcome, reason }: { outcome: string | null; reason: string | null },
  events: readonly string[],
  verdicts: readonly JudgeResult[],
  mayBeInPart: boolean,
): boolean {
  const kept = verdicts.filter(({ kind }) => kind === "keep").map(keysOf);
  if (outcome === "dropped")
    return verdicts.some(({ kind, judgement }) =>
      kind === "drop" && "reason" in judgement ? judgement.reason === reason : false,
    );
  if (outcome === "duplicate") return kept.length > 0 && events.length === 0;
  if (outcome !== "evidence") return true;
  return (
    (mayBeInPart || kept.some((keys) => keys.every((key) => events.includes(key)))) &&
    events.every((key) => kept.some((keys) => keys.includes(key)))
  );
}

/** A signal is scored by the rules in force, as its name of them says. */
function rulesAreOfTheirTime({ tables, rules, changes, faults }: Judged): Complaints {
  if (faults.has("stale-rules") || faults.has("clock-skew")) return [];
  const [older, newer] = rules;
  return [...tables.events].flatMap(([key, { signal }]) => {
    const at = Date.parse(signal.ts);
    const wrong =
      (at > changes.rulesAt + READ_MS && signal.rulesVersion !== newer?.sha) ||
      (at < changes.rulesAt && signal.rulesVersion !== older?.sha);
    return wrong ? [`signal ${key} of ${signal.ts} was scored by rules of another time`] : [];
  });
}

const PROVIDERS = { goplus: ["goplus_risk", "sell_tax"], dex: ["dex_liquidity"] };
/** A cache keeps an answer so long, and an event uses it for 45 s more. */
const OLD_MS = FRESH_SECONDS * 1000 + 45_000 + READ_MS;

const contractOf = (tokenCa: string | null, { contract }: FactValues): string | undefined =>
  tokenCa ?? (typeof contract === "string" ? contract.split(":").at(-1) : undefined);

/**
 * Facts are those of the event's own token, as they were when it was scored or as long before as a
 * cache may keep them; older ones are marked.
 */
function factsAreOfTheirTime({ tables, changes, faults }: Judged): Complaints {
  const isSkewed = faults.has("clock-skew");
  return [...tables.events].flatMap(([key, { event, signal }]) => {
    const { values, degraded } = signal.facts;
    const contract = contractOf(event.tokenCa, values)?.toLowerCase();
    if (contract === undefined) return [];
    const at = Date.parse(signal.ts);
    return Object.entries(PROVIDERS).flatMap(([provider, names]) => {
      const isDegraded = degraded.some((each) => each.provider === provider);
      const may = [
        ...(at > changes.factsAt + OLD_MS && !isSkewed && !isDegraded
          ? []
          : [truth(provider, contract, false)]),
        ...(at < changes.factsAt && !isSkewed ? [] : [truth(provider, contract, true)]),
      ];
      const isUnknown = names.every((name) => (values[name] ?? null) === null);
      const isTrue = may.some((facts) => names.every((name) => facts[name] === values[name]));
      return isTrue || isUnknown ? [] : [`signal ${key} has facts of ${provider} of another time`];
    });
  });
}

/** A symbol alone stands for its contract with the one large market; among equals for none. */
function symbolsMeanTheirMarket({ tables, contracts }: Judged): Complaints {
  return [...tables.events].flatMap(([key, { event, signal }]) => {
    if (event.tokenCa !== null || event.symbol === null) return [];
    const known = contracts.get(event.symbol) ?? [];
    const [largest] = isContested(event.symbol, known) ? [] : known;
    const contract = contractOf(null, signal.facts.values);
    const isLate = contract === undefined && signal.degraded;
    return contract === largest || isLate
      ? []
      : [`event ${key} was taken to be ${contract}, not ${largest}`];
  });
}
