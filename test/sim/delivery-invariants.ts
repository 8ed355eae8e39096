import { idemKeyOf } from "../../src/outbox/idem-key.ts";
import type { FaultName } from "./faults.ts";
import { type Complaints, isQuiet, type Judged } from "./judged.ts";
import { DELAY_MS, LONGEST_COMPUTING_MS } from "./life.ts";
import type { Tables } from "./tables.ts";
import type { ReceivedChange } from "./targets.ts";

/** What the run broke of the promises to those who are notified, promise by promise. */
export const deliveryComplaints = (run: Judged): Complaints[] => [
  everyDeliveryEnds(run),
  ledgerHoldsEveryDone(run),
  tokensAreToldOnce(run),
  repeatsCarryTheSameKey(run),
  repeatsAreTheSame(run),
  orderIsKept(run),
  paceIsKept(run),
  throttlesAreHeeded(run),
  pausesAreKept(run),
  repeatsHaveACause(run),
  deliveriesAreInTime(run),
];

function everyDeliveryEnds({ tables, targets, edits, changes, faults }: Judged): Complaints {
  const open = tables.outbox.filter(({ status }) => status !== "done" && status !== "dlq");
  const keys = tables.outbox.filter(({ idemKey, eventKey, channelId, payload }) => {
    const { transition } = payload as { transition: number };
    return idemKey !== idemKeyOf(eventKey, channelId, transition);
  });
  const isStill = edits === undefined && changes.routesAt === Number.POSITIVE_INFINITY;
  const whole = [...targets.keys()].filter((id) => isStill || id === HOOK_ID);
  return [
    ...open.map(
      ({ id, status, retryCount }) => `delivery ${id} is ${status} after ${retryCount} attempts`,
    ),
    ...keys.map(({ id }) => `delivery ${id} has another key than its transition's`),
    ...(faults.has("channel-4xx") ? [] : gapsInTransitions(tables, whole)),
  ];
}

/** The first channel: it is always there, and every route leads to it. */
const HOOK_ID = 1;

/**
 * One notification a channel for each change of state: 1, 2, 3 and no gap. An event of quiet posts
 * alone has none; where some are quiet, the first notification is of the state reached until then.
 * A channel that is switched off gets none.
 */
function gapsInTransitions({ outbox, events }: Tables, channels: readonly number[]): Complaints {
  const byLine = Map.groupBy(outbox, ({ channelId, eventKey }) => `${eventKey} ${channelId}`);
  return [...events].flatMap(([eventKey, { signal, evidence }]) =>
    channels.flatMap((channelId) => {
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

export const lineOf = (target: string, eventKey: string, transition: number): string =>
  `${target} ${eventKey} #${transition}`;
export const lineOfReceived = ({ target, eventKey, transition }: ReceivedChange): string =>
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

/**
 * Closed unsent because another event of the same token had said it, the channel is gone, or it
 * does not want it any more.
 */
const isUnwanted = ({ attempts }: Ended): boolean =>
  ["repeated", "skipped", "muted"].includes(attempts.at(-1)?.result ?? "");

function ledgerHoldsEveryDone(run: Judged): Complaints {
  const lineOfRow = linesOfRows(run);
  const { tables } = run;
  const taken = new Set(takenIn(run).map(lineOfReceived));
  const rows = new Set(tables.outbox.map(lineOfRow));
  return [
    ...tables.outbox
      .filter((row) => row.status === "done" && !isOvertaken(row) && !isUnwanted(row))
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

/** What was given up once: it goes out when a person replays it. */
function replayedLines(run: Judged): ReadonlySet<string> {
  const subjects = new Set(
    run.tables.deadLetters.flatMap(({ replays, subject }) => (replays > 0 ? [subject] : [])),
  );
  const rows = run.tables.outbox.filter(({ id }) => subjects.has(`${id}`));
  return new Set(rows.map(linesOfRows(run)));
}

/** Of one event, a target never hears of a change before an earlier one. */
function orderIsKept(run: Judged): Complaints {
  const replayed = replayedLines(run);
  const inTurn = takenIn(run).filter((received) => !replayed.has(lineOfReceived(received)));
  const lines = Map.groupBy(inTurn, ({ target, eventKey }) => `${target} ${eventKey}`);
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
  // Two that wait out one long computation leave together.
  const within = 60_000 - (faults.has("slow-code") ? 2 * LONGEST_COMPUTING_MS : 0);
  const times = ledger
    .filter(({ target }) => target === "telegram:-1001")
    .map(({ sentAt }) => sentAt)
    .sort((a, b) => a - b);
  return times.flatMap((at, i) => {
    const first = times[i - GROUP_PER_MINUTE];
    return first !== undefined && at - first < within
      ? [`${GROUP_PER_MINUTE + 1} messages to a group within ${at - first} ms`]
      : [];
  });
}

/**
 * An object may know its channels for some seconds, and what it has begun it finishes: sleeps until
 * its turn, and sends. A claim whose answer comes late was begun before it.
 */
export const PAUSE_TAKES_MS = 60_000;

function pausesAreKept({ ledger, pauses, targets, faults }: Judged): Complaints {
  const [, longest] = DELAY_MS;
  const takes = PAUSE_TAKES_MS + (faults.has("claim-late") ? longest : 0);
  return pauses.flatMap(({ channelId, from, to }) =>
    ledger
      .filter(({ target, edit }) => target === targets.get(channelId) && !edit)
      .filter(({ sentAt }) => sentAt > from + takes && sentAt < to)
      .map((received) => `${lineOfReceived(received)} was sent while its channel was paused`),
  );
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

/**
 * After these nobody can know whether a message went out, so that it may go out twice. Slow code
 * takes so long that the time for an answer is over.
 */
const AMBIGUOUS = new Set<FaultName>([
  "accept-then-timeout",
  "crash",
  "crash-after-commit",
  "crash-after-send",
  "crash-before-send",
  "crash-in-transaction",
  "object-evicted",
  "slow-code",
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

/** Under these a delivery may miss its object and its queue, and must still be on its way within minutes. */
const QUICK = new Set<FaultName>([
  "enqueue-refused",
  "object-unreachable",
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
