import type {
  DeliveryAttempt,
  DeliveryClaim,
  DeliveryClosing,
  DeliveryStore,
} from "../deliveries.ts";
import {
  isOpen,
  type MemoryRows,
  type OutboxRecord,
  order,
  putDeadLetter,
  scheduleRow,
  symbolKey,
} from "./rows.ts";

/** How long a row waits behind an older one that is due or under way. */
const BEHIND_MS = 2_000;

export function deliveryStore(rows: MemoryRows): DeliveryStore {
  return {
    async claim(id, leaseToken, now, leaseMs, { sends = false, turn } = {}) {
      const row = rows.outbox[id - 1];
      if (row === undefined || !isOpen(row)) return { kind: "closed" };
      if (row.nextRetryAt > now && row.nextRetryAt !== turn)
        return { kind: "notDue", at: row.nextRetryAt };
      if (row.leasedUntil !== null && row.leasedUntil > now && row.leaseToken !== leaseToken)
        return { kind: "taken", until: row.leasedUntil };
      const older = row.draft.payload.stream ? undefined : olderThan(rows, row, now);
      if (older !== undefined) {
        const until = older.nextRetryAt > now ? older.nextRetryAt : afterBehind(now);
        row.nextRetryAt = until;
        scheduleRow(rows, row);
        return { kind: "behind", until, olderId: older.id };
      }
      if (sends) row.sendingToken ??= leaseToken;
      lease(rows, row, leaseToken, now, leaseMs);
      return claimed(rows, row, leaseToken, now);
    },
    async renew(id, leaseToken, now, leaseMs, digestKey = null) {
      const row = rows.outbox[id - 1];
      if (row === undefined || !holds(row, leaseToken)) return false;
      row.sendingToken ??= leaseToken;
      row.digestKey ??= digestKey;
      lease(rows, row, leaseToken, now, leaseMs);
      return true;
    },
    async close(id, leaseToken, closing, attempt, now) {
      const row = rows.outbox[id - 1];
      if (row === undefined || row.leaseToken !== leaseToken) return false;
      if (holds(row, leaseToken)) close(rows, row, closing, attempt, now);
      return true;
    },
  };
}

/**
 * The rows of the channel about the same event and subject, and those that may be about the same
 * token although their subjects differ, the oldest first.
 */
function aboutTheSame(rows: MemoryRows, row: OutboxRecord): OutboxRecord[] {
  const { channelId, eventKey, payload } = row.draft;
  const ofEvent = rows.events.get(eventKey)?.outbox ?? [];
  const ofSubject = rows.bySubject.get(payload.subject ?? "") ?? [];
  return [...new Set([...ofEvent, ...ofSubject, ...mayBeSame(rows, row)])]
    .filter((other) => other.draft.channelId === channelId)
    .sort((a, b) => a.id - b.id);
}

const ofSymbol = (rows: MemoryRows, { draft: { eventKey, payload } }: OutboxRecord) =>
  payload.symbol === null || payload.subject === undefined
    ? []
    : (rows.bySubject.get(symbolKey(eventKey, payload.symbol)) ?? []);

/** Whether its event names its contract, by its posts or by a search. */
const hasContract = ({ draft: { eventKey, payload } }: OutboxRecord): boolean =>
  payload.tokenCa !== null || payload.subject !== eventKey;

/** A symbol whose contract, or whose chain, nobody knows yet may be any of that symbol. */
function mayBeSame(rows: MemoryRows, row: OutboxRecord): OutboxRecord[] {
  const { chain } = row.draft.payload;
  return ofSymbol(rows, row).filter((other) => {
    const { chain: others } = other.draft.payload;
    const isOneChain = others === chain || others === "unknown" || chain === "unknown";
    return isOneChain && !(hasContract(other) && hasContract(row));
  });
}

/** A symbol stands for one contract: the first that was told of after it. */
const isAnother = (rows: MemoryRows, row: OutboxRecord): boolean =>
  hasContract(row) &&
  ofSymbol(rows, row).some(
    (other) =>
      other.id < row.id &&
      other.draft.channelId === row.draft.channelId &&
      hasContract(other) &&
      other.draft.payload.subject !== row.draft.payload.subject,
  );

/** Ends of rows of which nothing was sent. */
const UNSENT: ReadonlySet<string> = new Set([
  ...["skipped", "muted", "superseded", "repeated", "inhibited", "ended"],
]);

/** Whether what was sent last about the subject came from another event and says the same. */
function repeats(rows: MemoryRows, row: OutboxRecord, now: string): boolean {
  const { repeatMs } = row.draft.payload.routing ?? { repeatMs: null };
  const { subject } = row.draft.payload;
  const another = isAnother(rows, row);
  const last = aboutTheSame(rows, row)
    .filter(({ draft }) => !another || draft.payload.subject === subject)
    .filter(
      ({ status, attempts }) => status === "done" && !UNSENT.has(attempts.at(-1)?.result ?? ""),
    )
    .sort((a, b) => order(a.finishedAt ?? "", a.id, b.finishedAt ?? "", b.id))
    .at(-1);
  return (
    last !== undefined &&
    last.draft.eventKey !== row.draft.eventKey &&
    last.draft.payload.state === row.draft.payload.state &&
    (repeatMs === null || Date.parse(last.finishedAt ?? "") > Date.parse(now) - repeatMs)
  );
}

/**
 * The oldest open row of the same channel and subject goes first; undefined when that is this one.
 */
function olderThan(rows: MemoryRows, row: OutboxRecord, now: string): OutboxRecord | undefined {
  const first = aboutTheSame(rows, row).find(
    (other) => isOpen(other) && !(other.draft.payload.repeat && other.nextRetryAt > now),
  );
  return first !== undefined && first.id < row.id ? first : undefined;
}

const afterBehind = (now: string): string => new Date(Date.parse(now) + BEHIND_MS).toISOString();

/** A lease that ran out is still its holder's until another claims the row. */
const holds = (row: OutboxRecord, leaseToken: string): boolean =>
  isOpen(row) && row.leaseToken === leaseToken && row.leasedUntil !== null;

function lease(
  rows: MemoryRows,
  row: OutboxRecord,
  leaseToken: string,
  now: string,
  leaseMs: number,
): void {
  row.leaseToken = leaseToken;
  row.leasedUntil = new Date(Date.parse(now) + leaseMs).toISOString();
  scheduleRow(rows, row);
}

function claimed(
  rows: MemoryRows,
  row: OutboxRecord,
  leaseToken: string,
  now: string,
): DeliveryClaim {
  const { id, status, retryCount, sendingToken, digestKey } = row;
  const { channelId, eventKey, idemKey, payload } = row.draft;
  const createdAt = row.reopenedAt ?? row.createdAt;
  const interrupted = sendingToken !== null && sendingToken !== leaseToken;
  const delivery = {
    id,
    channelId,
    eventKey,
    idemKey,
    payload,
    status,
    retryCount,
    createdAt,
    leaseToken,
    interrupted,
    digestKey: digestKey ?? (interrupted ? idemKey : null),
    repeats: repeats(rows, row, now),
  };
  return { kind: "claimed", delivery: { ...delivery, acceptedAt: acceptedAt(rows, row) } };
}

/** Of the posts that became evidence in the commit that wrote the row. */
function acceptedAt(
  rows: MemoryRows,
  { draft, createdAt, reopenedAt }: OutboxRecord,
): string | null {
  if (draft.notBefore !== null || reopenedAt !== null) return null;
  const evidence = [...(rows.events.get(draft.eventKey)?.evidence.values() ?? [])];
  const setOff = evidence.flatMap(({ mention, committedAt }) => {
    const post =
      committedAt === createdAt ? rows.posts.get(`${mention.source}:${mention.postId}`) : undefined;
    return post ? [post.acceptedAt] : [];
  });
  return setOff.sort()[0] ?? null;
}

function close(
  rows: MemoryRows,
  row: OutboxRecord,
  closing: DeliveryClosing,
  attempt: DeliveryAttempt | null,
  now: string,
): void {
  row.leasedUntil = null;
  if (closing.kind !== "released" || row.sendingToken === row.leaseToken) row.sendingToken = null;
  if (closing.kind !== "released" && !(closing.kind === "failed" && closing.unsure))
    row.digestKey = null;
  if (closing.kind === "failed" && closing.unsure) row.digestKey ??= row.draft.idemKey;
  if (attempt !== null) {
    row.attempts.push(attempt);
    row.attemptCount += 1;
  }
  if (closing.kind === "failed" || closing.kind === "released")
    row.nextRetryAt = closing.nextRetryAt;
  if (closing.kind !== "released") row.status = closing.kind;
  if (closing.kind === "failed") row.retryCount += 1;
  if (closing.kind === "done") {
    row.externalId = closing.externalId;
    row.externalChat = closing.chat ?? null;
    row.externalShared = closing.shared ?? false;
  }
  if (closing.kind === "dlq")
    putDeadLetter(rows, { ...closing.deadLetter, key: `outbox:${row.id}` }, now, row.draft.tenant);
  if (!isOpen(row)) row.finishedAt = now;
  scheduleRow(rows, row);
}
