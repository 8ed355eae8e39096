import { isDeepStrictEqual } from "node:util";
import { checkEvent } from "../../src/audit/check-event.ts";
import { scoreRules } from "../../src/rules/score.ts";
import { changeComplaints } from "./change-invariants.ts";
import { channelComplaints } from "./channel-invariants.ts";
import { deliveryComplaints } from "./delivery-invariants.ts";
import type { FaultName } from "./faults.ts";
import { type Complaints, isQuiet, type Judged, type Reference } from "./judged.ts";
import type { EventTable, Tables } from "./tables.ts";

const MOST = 5;

/** Every promise that the run broke; none when all hold. */
export function complaintsOf(run: Judged, reference: Reference | undefined): Complaints {
  const checks = [
    everyPostEnds(run),
    auditAgrees(run),
    recountAgrees(run),
    countsFollowFromEvidence(run),
    [...run.torn],
    signalsAreExplained(run),
    stepsTookTheirTime(run),
    ...deliveryComplaints(run),
    ...changeComplaints(run),
    ...channelComplaints(run),
    nothingDiedFalsely(run),
    sweepIsOnlyANet(run),
    factsCatchUp(run),
    ...(reference
      ? [postsEqual(run, reference), eventsEqual(run, reference), outboxEquals(run, reference)]
      : []),
  ];
  const found = checks.flatMap((complaints) =>
    complaints.length > MOST
      ? [...complaints.slice(0, MOST), `... and ${complaints.length - MOST} more like this`]
      : complaints,
  );
  return run.quiet ? found : ["not quiet: work was left when time was up", ...found];
}

const FINAL = new Set(["evidence", "dropped", "duplicate", "dead"]);

function everyPostEnds({ tables, workload }: Judged): Complaints {
  return workload.posts.flatMap(({ source, id }) => {
    const held = tables.posts.get(`${source}:${id}`);
    if (!held) return [`post ${source}:${id} was never accepted`];
    return FINAL.has(held.outcome ?? "") ? [] : [`post ${source}:${id} ended as ${held.outcome}`];
  });
}

function auditAgrees({ tables: { audit }, workload }: Judged): Complaints {
  const { accepted, evidence, dropped, duplicate, dead, open, contradictions, miscounted, outbox } =
    audit;
  const wrong = [
    accepted !== workload.posts.length && `accepted ${accepted} of ${workload.posts.length}`,
    accepted !== evidence + dropped + duplicate + dead &&
      `accepted ${accepted} is not ${evidence}+${dropped}+${duplicate}+${dead}`,
    open !== 0 && `${open} open`,
    contradictions !== 0 && `${contradictions} contradictions`,
    miscounted !== 0 && `${miscounted} miscounted`,
    outbox.pending + outbox.failed !== 0 &&
      `${outbox.pending} pending and ${outbox.failed} failed deliveries`,
  ];
  return wrong.filter((complaint) => complaint !== false).map((complaint) => `audit: ${complaint}`);
}

/** What `stream audit` would say of the events and of the ledger of acceptances. */
function recountAgrees({ tables: { audited, unaccounted }, rules }: Judged): Complaints {
  const findings = audited.flatMap((event) => {
    const named = rules.find(({ sha }) => sha === event.signal.rulesVersion);
    return checkEvent(event, named).findings;
  });
  return [
    ...findings.map(
      ({ eventKey, what, stored, counted }) =>
        `audit: ${eventKey} has ${what} ${stored}, counted again ${counted}`,
    ),
    ...unaccounted.map(
      ({ source, hour, accepted, found }) =>
        `audit: ${found} of ${accepted} posts of ${source} in ${hour}`,
    ),
  ];
}

/** Counted here anew, by other code than the project's. */
function countsFollowFromEvidence({ tables }: Judged): Complaints {
  return [...tables.events].flatMap(([key, { event, evidence }]) => {
    const ids = new Set(evidence.map(({ evidenceId }) => evidenceId));
    const times = evidence.map(({ postedAt }) => postedAt).sort();
    const wrong = [
      ids.size !== evidence.length && "evidence twice",
      event.evidenceCount + event.copies !== ids.size &&
        `counts ${event.evidenceCount}+${event.copies} of ${ids.size}`,
      event.startTs !== times[0] && `starts ${event.startTs}, first post ${times[0]}`,
      event.lastTs !== times.at(-1) && `ends ${event.lastTs}, last post ${times.at(-1)}`,
      evidence.some((each) => tables.posts.get(each.evidenceId)?.outcome !== "evidence") &&
        "evidence of a post that ended otherwise",
    ];
    return wrong
      .filter((complaint) => complaint !== false)
      .map((complaint) => `event ${key}: ${complaint}`);
  });
}

/** A signal can be scored again from its own snapshot by the rules that it names. */
function signalsAreExplained({ tables, rules }: Judged): Complaints {
  return [...tables.events].flatMap(([key, { signal }]) => {
    const named = rules.find(({ sha }) => sha === signal.rulesVersion);
    if (!named) return [`signal ${key}: no rules ${signal.rulesVersion}`];
    const again = scoreRules(named, signal.facts.values, signal.previousState);
    return again.score === signal.score && again.state === signal.state
      ? []
      : [
          `signal ${key}: ${signal.score} ${signal.state}, its snapshot gives ${again.score} ` +
            `${again.state}`,
        ];
  });
}

/** What a post says its steps took is what they took, of this post alone. */
function stepsTookTheirTime({ tables, times }: Judged): Complaints {
  return [...tables.posts].flatMap(([key, { steps }]) =>
    steps.flatMap(({ stage, ms }) => {
      const took = times.get(`${key} ${stage}`);
      return took === undefined || ms === null || took.includes(ms)
        ? []
        : [`post ${key}: ${stage} is said to have taken ${ms} ms, and took ${took}`];
    }),
  );
}

/** Dead letters are the garbage that was put in, and deliveries that a target refused. */
function nothingDiedFalsely({ tables, poison, faults }: Judged): Complaints {
  const dlq = tables.outbox.filter(({ status }) => status === "dlq");
  const markOf = (payload: unknown): string | undefined =>
    /garbage-\d+/.exec(JSON.stringify(payload))?.[0];
  // Garbage is known at first sight: it is not for others to be tried with it a hundred times.
  const atSight = tables.deadLetters.filter(({ reason }) => reason !== "exhausted");
  const buried = new Set(atSight.map(({ payload }) => markOf(payload)));
  const deadLetters = tables.deadLetters.filter(({ payload }) => markOf(payload) === undefined);
  const refused = deadLetters.filter(
    ({ stage, replayedAt }) => stage === "deliveries" && replayedAt === null,
  );
  const causes = faults.has("channel-4xx") ? ["rejected", "gone", "channel_disabled"] : [];
  const falsely = deadLetters.filter(
    ({ stage, reason }) => stage !== "deliveries" || !causes.includes(reason),
  );
  return [
    ...falsely.map(({ stage, reason, error }) => `false dead letter: ${stage} ${reason} ${error}`),
    ...[...poison]
      .filter((mark) => !buried.has(mark))
      .map((mark) => `${mark} vanished, or was tried again and again`),
    ...(dlq.length === refused.length
      ? []
      : [`${dlq.length} deliveries in dlq, ${refused.length} letters`]),
  ];
}

/**
 * These lose no message: every stage must finish by itself what it took on.
 */
const HARMLESS_TO_POSTS = new Set<FaultName>([
  "queue-duplicate",
  "ack-lost",
  "crash-before-claim",
  "crash-after-claim",
  "redis-down",
  "redis-reply-lost",
  "deadlock",
  "object-doubled",
  "mentions-refused",
  "provider-5xx",
  "channel-5xx",
  "alarm-twice",
  "cron-overlapping",
  "stale-rules",
  "old-version",
  "newer-version",
  "queue-reorder",
  "poison",
  "channel-429",
]);

/** A post that is tried again for long may be sent anew beside its own message: none was lost. */
function sweepIsOnlyANet({ lost, tables, faults }: Judged): Complaints {
  // Whoever replays a post sends it anew as well.
  const replayed = tables.deadLetters
    .filter(({ stage }) => stage === "posts")
    .reduce((sum, { replays }) => sum + replays, 0);
  if (lost <= replayed || [...faults].some((name) => !HARMLESS_TO_POSTS.has(name))) return [];
  return [`${lost - replayed} posts were left to the sweep`];
}

const ON_PROVIDERS = new Set<FaultName>(["provider-5xx", "provider-slow", "provider-garbage"]);

/** How often an event looks for facts that were missing, after its last mention. */
const LOOKS = 4;

/**
 * A signal that was scored without some facts is scored again when they can be had: it stays
 * without them only where each look met a fault.
 */
function factsCatchUp({ tables, looks, faults }: Judged): Complaints {
  if (![...faults].every((name) => ON_PROVIDERS.has(name))) return [];
  return [...tables.events].flatMap(([key, { signal }]) => {
    const last = (looks.get(key) ?? []).slice(-LOOKS);
    return signal.degraded && (last.length < LOOKS || last.includes(false))
      ? [`signal ${key} stayed without facts that could be had`]
      : [];
  });
}

function postsEqual({ tables }: Judged, reference: Reference): Complaints {
  return [...reference.posts].flatMap(([key, { outcome, reason }]) => {
    const held = tables.posts.get(key);
    return held?.outcome === outcome && held.reason === reason
      ? []
      : [
          `post ${key} ended as ${held?.outcome} (${held?.reason}), without faults as ${outcome} ` +
            `(${reason})`,
        ];
  });
}

const idsOf = ({ evidence }: EventTable): string[] =>
  evidence.map(({ evidenceId }) => evidenceId).sort();

/**
 * Facts about the evidence, score, state, level, risk and reasons; not when it was scored, nor by
 * which of two equal rule files.
 */
function eventsEqual({ tables }: Judged, reference: Reference): Complaints {
  const keys = new Set([...reference.events.keys(), ...tables.events.keys()]);
  return [...keys].flatMap((key) => {
    const held = tables.events.get(key);
    const wanted = reference.events.get(key);
    if (!held || !wanted)
      return [`event ${key} is only ${held ? "in this run" : "in the run without faults"}`];
    const complaints = isDeepStrictEqual(idsOf(held), idsOf(wanted))
      ? []
      : [`event ${key} has other evidence`];
    if (!isDeepStrictEqual(held.event, wanted.event))
      complaints.push(`event ${key}: ${difference(held.event, wanted.event)}`);
    if (!held.signal.degraded && difference(essence(held), essence(wanted)) !== "")
      complaints.push(`signal ${key}: ${difference(essence(held), essence(wanted))}`);
    return complaints;
  });
}

const essence = ({ signal: { state, score, level, riskLevel, reasons, missing } }: EventTable) => ({
  state,
  score,
  level,
  riskLevel,
  reasons,
  missing,
});

function difference(held: object, wanted: object): string {
  const other = new Map(Object.entries(wanted));
  return Object.entries(held)
    .filter(([name, value]) => !isDeepStrictEqual(value, other.get(name)))
    .map(
      ([name, value]) =>
        `${name} ${JSON.stringify(value)}, without faults ${JSON.stringify(other.get(name))}`,
    )
    .join("; ");
}

/** Slow code computes until the time for facts is over. */
const ON_FACTS: FaultName[] = [
  "provider-5xx",
  "provider-slow",
  "provider-garbage",
  "crash",
  "object-evicted",
  "redis-reply-lost",
  "redis-down",
  "slow-code",
];

/**
 * Where states can only rise and no fault touched the facts, the same people hear the same things;
 * while a target is gone, its channel gets none. When a window's first loud post comes, after how
 * many quiet ones, is a matter of luck.
 */
function outboxEquals({ tables, steady, faults }: Judged, reference: Reference): Complaints {
  if (!steady || ON_FACTS.some((name) => faults.has(name))) return [];
  const isMixed = (eventKey: string): boolean =>
    reference.events.get(eventKey)?.evidence.some(isQuiet) ?? false;
  const keysOf = ({ outbox }: Tables): Set<string> =>
    new Set(outbox.filter(({ eventKey }) => !isMixed(eventKey)).map(({ idemKey }) => idemKey));
  const held = keysOf(tables);
  const wanted = keysOf(reference);
  const same = held.isSubsetOf(wanted) && (faults.has("channel-4xx") || held.size === wanted.size);
  return same ? [] : ["other notifications than without faults"];
}
