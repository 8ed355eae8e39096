import { isDeepStrictEqual } from "node:util";
import { checkEvent } from "../../src/audit/check-event.ts";
import { idemKeyOf } from "../../src/outbox/idem-key.ts";
import { type Ruleset, scoreRules } from "../../src/rules/score.ts";
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

type Complaints = string[];
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
    everyDeliveryEnds(run),
    ledgerHoldsEveryDone(run),
    tokensAreToldOnce(run),
    repeatsCarryTheSameKey(run),
    repeatsAreTheSame(run),
    orderIsKept(run),
    paceIsKept(run),
    throttlesAreHeeded(run),
    nothingDiedFalsely(run),
    repeatsHaveACause(run),
    sweepIsOnlyANet(run),
    deliveriesAreInTime(run),
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

function everyDeliveryEnds({ tables, targets, faults }: Judged): Complaints {
  const open = tables.outbox.filter(({ status }) => status !== "done" && status !== "dlq");
  const keys = tables.outbox.filter(({ idemKey, eventKey, channelId, payload }) => {
    const { transition } = payload as { transition: number };
    return idemKey !== idemKeyOf(eventKey, channelId, transition);
  });
  return [
    ...open.map(
      ({ id, status, retryCount }) => `delivery ${id} is ${status} after ${retryCount} attempts`,
    ),
    ...keys.map(({ id }) => `delivery ${id} has another key than its transition's`),
    ...(faults.has("channel-4xx") ? [] : gapsInTransitions(tables, targets)),
  ];
}

/** Of a backfill: nobody is notified because of it. */
const isQuiet = ({ quiet }: EventTable["evidence"][number]): boolean => quiet === true;

/**
 * One notification a channel for each change of state: 1, 2, 3 and no gap. An event of quiet posts
 * alone has none; where some are quiet, the first notification is of the state reached until then.
 * A channel that is switched off gets none.
 */
function gapsInTransitions({ outbox, events }: Tables, targets: Judged["targets"]): Complaints {
  const byLine = Map.groupBy(outbox, ({ channelId, eventKey }) => `${eventKey} ${channelId}`);
  return [...events].flatMap(([eventKey, { signal, evidence }]) =>
    [...targets.keys()].flatMap((channelId) => {
      const numbers = (byLine.get(`${eventKey} ${channelId}`) ?? [])
        .map(({ payload }) => (payload as { transition: number }).transition)
        .sort((a, b) => a - b);
      const last = evidence.every(isQuiet) ? 0 : signal.transition;
      const first = evidence.some(isQuiet) ? (numbers[0] ?? 1) : 1;
      const whole =
        numbers.every((number, i) => number === first + i) && (numbers.at(-1) ?? 0) === last;
      return whole ? [] : [`${eventKey} ${channelId}: transitions ${numbers.join()} of ${last}`];
    }),
  );
}

const lineOf = (target: string, eventKey: string, transition: number): string =>
  `${target} ${eventKey} #${transition}`;
const lineOfReceived = ({ target, eventKey, transition }: ReceivedChange): string =>
  lineOf(target, eventKey, transition);
const linesOfRows =
  ({ targets }: Judged) =>
  ({ channelId, eventKey, payload }: Tables["outbox"][number]): string =>
    lineOf(targets.get(channelId) ?? "", eventKey, (payload as { transition: number }).transition);

const takenIn = ({ ledger }: Judged): ReceivedChange[] =>
  ledger.filter(({ taken, edit }) => taken && !edit);

type Ended = { attempts: { result: string }[] };

/** Closed unsent by a downgrade of its event. */
const isOvertaken = ({ attempts }: Ended): boolean => attempts.at(-1)?.result === "superseded";

/** Closed unsent because another event of the same token had said it. */
const isRepeated = ({ attempts }: Ended): boolean => attempts.at(-1)?.result === "repeated";

function ledgerHoldsEveryDone(run: Judged): Complaints {
  const lineOfRow = linesOfRows(run);
  const { tables } = run;
  const taken = new Set(takenIn(run).map(lineOfReceived));
  const rows = new Set(tables.outbox.map(lineOfRow));
  return [
    ...tables.outbox
      .filter((row) => row.status === "done" && !isOvertaken(row) && !isRepeated(row))
      .filter((row) => !taken.has(lineOfRow(row)))
      .map(({ id }) => `delivery ${id} is done, and no target has it`),
    ...tables.outbox
      .filter((row) => isOvertaken(row) && taken.has(lineOfRow(row)))
      .map(({ id }) => `delivery ${id} was overtaken, and a target has it`),
    ...[...taken]
      .filter((line) => !rows.has(line))
      .map((line) => `${line} was sent, and no row says so`),
  ];
}

/**
 * Without a fault no target hears the same of one token twice in a row, from two events; with
 * faults a send whose answer was lost may be followed by the other event's.
 */
function tokensAreToldOnce(run: Judged): Complaints {
  if (run.faults.size > 0) return [];
  const lineOfRow = linesOfRows(run);
  const payloads = new Map(run.tables.outbox.map((row) => [lineOfRow(row), row.payload]));
  const last = new Map<string, { eventKey: string; state: unknown }>();
  return takenIn(run).flatMap((received) => {
    const payload = payloads.get(lineOfReceived(received)) ?? {};
    const { subject, state } = payload as { subject: string; state: unknown };
    const key = `${received.target} ${subject}`;
    const before = last.get(key);
    last.set(key, { eventKey: received.eventKey, state });
    const twice = before?.state === state && before?.eventKey !== received.eventKey;
    return twice ? [`${lineOfReceived(received)} said of ${subject} what was known`] : [];
  });
}

function repeatsCarryTheSameKey(run: Judged): Complaints {
  const lineOfRow = linesOfRows(run);
  const keys = new Map(run.tables.outbox.map((row) => [lineOfRow(row), row.idemKey]));
  return [...Map.groupBy(takenIn(run), lineOfReceived)].flatMap(([line, sendings]) => {
    const keyed = sendings.filter(({ idemKey }) => idemKey !== null);
    // A message of the mailbox may be a digest, or what is left of one.
    const other = keyed.filter(
      ({ idemKey, target }) => idemKey !== keys.get(line) && !target.startsWith("mail:"),
    );
    const used = new Set(keyed.map(({ idemKey }) => idemKey));
    const repeated = run.faults.size === 0 && sendings.length > 1;
    return [
      ...other.map(() => `${line} went out under another key`),
      ...(used.size > 1 ? [`${line} went out under ${used.size} keys`] : []),
      ...(repeated ? [`${line} went out ${sendings.length} times without a fault`] : []),
    ];
  });
}

/**
 * What went out under one key may go out again, or what is left of it; never with anything else.
 */
function repeatsAreTheSame({ ledger }: Judged): Complaints {
  const keyed = ledger.filter(({ idemKey }) => idemKey !== null);
  return [...Map.groupBy(keyed, ({ target, idemKey }) => `${target} ${idemKey}`)].flatMap(
    ([key, changes]) => {
      const messages = [...Map.groupBy(changes, ({ request }) => request).values()].map(
        (rows) => new Set(rows.map(lineOfReceived)),
      );
      const [first = new Set()] = messages;
      const other = messages.filter((rows) => !rows.isSubsetOf(first));
      return other.map(
        (rows) => `${key} carried ${[...rows].join(", ")} after ${[...first].join(", ")}`,
      );
    },
  );
}

/** Of one event, a target never hears of a change before an earlier one. */
function orderIsKept(run: Judged): Complaints {
  const lines = Map.groupBy(takenIn(run), ({ target, eventKey }) => `${target} ${eventKey}`);
  return [...lines].flatMap(([line, sendings]) =>
    sendings.flatMap(({ transition }, i) => {
      const before = sendings[i - 1]?.transition ?? 0;
      return transition < before ? [`${line}: #${transition} after #${before}`] : [];
    }),
  );
}

/** What Telegram allows: 20 messages a minute to a group. */
const GROUP_PER_MINUTE = 20;

function paceIsKept({ ledger, faults }: Judged): Complaints {
  if (faults.has("clock-skew")) return [];
  const times = ledger
    .filter(({ target }) => target === "telegram:-1001")
    .map(({ sentAt }) => sentAt)
    .sort((a, b) => a - b);
  return times.flatMap((at, i) => {
    const first = times[i - GROUP_PER_MINUTE];
    return first !== undefined && at - first < 60_000
      ? [`${GROUP_PER_MINUTE + 1} messages to a group within ${at - first} ms`]
      : [];
  });
}

/**
 * What a target put off is not tried before the time that it asked for, unless its answer, or the
 * note of it, was lost.
 */
function throttlesAreHeeded({ ledger, faults }: Judged): Complaints {
  if ([...faults].some((name) => !QUICK.has(name) && !name.startsWith("channel-"))) return [];
  const lines = Map.groupBy(
    ledger.filter(({ edit }) => !edit),
    lineOfReceived,
  );
  return [...lines].flatMap(([line, sendings]) =>
    sendings.flatMap(({ sentAt, askedMs }, i) => {
      const waited = (sendings[i + 1]?.sentAt ?? Number.POSITIVE_INFINITY) - sentAt;
      return waited < askedMs
        ? [`${line} was tried again after ${waited} ms, asked for ${askedMs}`]
        : [];
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
  const refused = deadLetters.filter(({ stage }) => stage === "deliveries");
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

/** After these nobody can know whether a message went out, so that it may go out twice. */
const AMBIGUOUS = new Set<FaultName>([
  "accept-then-timeout",
  "crash",
  "crash-after-commit",
  "crash-after-send",
  "crash-before-send",
  "crash-in-transaction",
  "object-evicted",
]);

/**
 * A lost answer of the database, a duplicate in a queue or a second instance is no reason to tell
 * people twice.
 */
function repeatsHaveACause(run: Judged): Complaints {
  if ([...run.faults].some((name) => AMBIGUOUS.has(name) || name === "clock-skew")) return [];
  const lines = takenIn(run).map(lineOfReceived);
  const repeated = lines.filter((line, i) => lines.indexOf(line) !== i);
  return repeated.map((line) => `${line} went out again without cause`);
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
function sweepIsOnlyANet({ lost, faults }: Judged): Complaints {
  if (lost === 0 || [...faults].some((name) => !HARMLESS_TO_POSTS.has(name))) return [];
  return [`${lost} posts were left to the sweep`];
}

/** Under these a delivery may miss its queue, and must still be on its way within minutes. */
const QUICK = new Set<FaultName>([
  "enqueue-refused",
  "queue-duplicate",
  "ack-lost",
  "redis-down",
  "redis-reply-lost",
  "alarm-twice",
  "cron-overlapping",
  "stale-rules",
  "old-version",
]);
const IN_TIME_MS = 8 * 60_000;

/**
 * Of the hook, which has no pace to speak of. The hourly net, and the sweep for posts, are for what
 * no other way is left for.
 */
function deliveriesAreInTime({ tables, faults }: Judged): Complaints {
  if ([...faults].some((name) => !QUICK.has(name))) return [];
  return tables.outbox.flatMap(({ id, channelId, createdAt, finishedAt }) => {
    const ms = Date.parse(finishedAt ?? "") - Date.parse(createdAt);
    return channelId === 1 && ms > IN_TIME_MS
      ? [`delivery ${id} took ${Math.round(ms / 60_000)} minutes`]
      : [];
  });
}

const ON_PROVIDERS = new Set<FaultName>(["provider-5xx", "provider-slow", "provider-garbage"]);

/** A signal that was scored without some facts is scored again when they can be had. */
function factsCatchUp({ tables, faults }: Judged): Complaints {
  if (![...faults].every((name) => ON_PROVIDERS.has(name))) return [];
  const degraded = [...tables.events.values()].filter(({ signal }) => signal.degraded).length;
  return degraded > tables.events.size * 0.02
    ? [`${degraded} of ${tables.events.size} signals stayed without facts`]
    : [];
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

const ON_FACTS: FaultName[] = [
  "provider-5xx",
  "provider-slow",
  "provider-garbage",
  "crash",
  "object-evicted",
  "redis-reply-lost",
  "redis-down",
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
