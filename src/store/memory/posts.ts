import { postKey } from "../../model/raw-post.ts";
import {
  type DroppedJudgement,
  type JudgedPosts,
  type Judgement,
  OVERLOAD_EVENTS,
  OVERLOAD_POSTS,
  type PostArrival,
  type PostRef,
  type PostStore,
  REPEAT_WINDOW_DAYS,
} from "../posts.ts";
import { ledgerOf } from "./ledger.ts";
import { historyOf, listedOf } from "./post-history.ts";
import { type MemoryRows, newestFirst, type PostRow, schedulePost } from "./rows.ts";

const REPEAT_MS = REPEAT_WINDOW_DAYS * 86_400_000;

export function postStore(rows: MemoryRows): PostStore {
  return {
    async accept(arrivals, at, waitedSince) {
      const overloaded = [...new Set(arrivals.map(({ post }) => post.source))]
        .filter((source) => waitedSince !== undefined && isOverloaded(rows, source, waitedSince))
        .sort();
      const fresh = arrivals
        .filter(({ post }) => !overloaded.includes(post.source))
        .filter((arrival) => admit(rows, arrival, { at, together: arrivals.length }))
        .map(({ post }) => refOf(post));
      return { fresh, ...(overloaded.length > 0 && { overloaded }) };
    },
    async recordJudgements(judgements, at) {
      const judged = knownOf(rows, judgements).map((item) => ({
        ...item,
        // Against the outcomes of before, as one statement sees them.
        twin: item.judgement.outcome === "pending" ? twinOf(rows, item.row, judgements) : undefined,
      }));
      const result: JudgedPosts = { duplicates: [], settled: [], waiting: [] };
      for (const { row, judgement, ended, twin } of judged) {
        if (!ended) row.judgedWith = judged.length;
        const ref = refOf(row.post);
        if (!ended && judgement.outcome === "dropped") dropPost(row, judgement, at);
        if (!ended && judgement.outcome === "pending") keepPost(row, judgement, twin, at);
        if (row.outcome === "duplicate") result.duplicates.push(ref);
        else if (ended || row.outcome === "evidence") result.settled.push(ref);
        else if (twin !== undefined) result.waiting.push({ ...ref, behind: twin.key });
      }
      return result;
    },
    async overdue(before, at, limit) {
      const longest = overdue(rows, before, limit);
      for (const row of longest) {
        row.requeuedAt = at;
        schedulePost(rows, row);
      }
      return longest.map((row) => row.post);
    },
    async post(source, id) {
      const row = rows.posts.get(`${source}:${id}`);
      return row && historyOf(rows, row);
    },
    async posts({ source, outcome, reason, since }, paging) {
      const found = [...rows.posts.values()].filter(
        (row) =>
          (source === null || row.post.source === source) &&
          (outcome === null || row.outcome === outcome) &&
          (reason === null || row.reason === reason) &&
          (since === null || row.acceptedAt >= since),
      );
      return newestFirst(found, paging, ({ id }) => ({ at: null, id }), listedOf);
    },
  };
}

const waitsBefore =
  (before: string) =>
  (row: PostRow): boolean =>
    (row.requeuedAt ?? row.acceptedAt) < before;

const overdue = (rows: MemoryRows, before: string, limit: number): PostRow[] =>
  rows.open.upTo(before, limit).filter(waitsBefore(before));

function isOverloaded(rows: MemoryRows, source: string, before: string): boolean {
  const unjudged = rows.unjudged.get(source)?.upTo(before, OVERLOAD_POSTS) ?? [];
  if (unjudged.filter(waitsBefore(before)).length === OVERLOAD_POSTS) return true;
  const judged = overdue(rows, before, Infinity).filter(
    ({ post, judgedAt }) => post.source === source && judgedAt !== null,
  );
  return (
    judged.length >= OVERLOAD_POSTS &&
    new Set(judged.map(({ eventKeys }) => eventKeys?.[0])).size >= OVERLOAD_EVENTS
  );
}

/** False: it was there already. */
function admit(
  rows: MemoryRows,
  arrival: PostArrival,
  { at, together }: { at: string; together: number },
): boolean {
  const { post, textHash, dropped } = arrival;
  const key = postKey(post);
  if (rows.posts.has(key)) return false;
  const unknown = {
    lang: null,
    spam: null,
    sentiment: null,
    fingerprint: null,
    outcome: null,
    reason: null,
    detail: null,
  };
  const times = { acceptedAt: at, judgedAt: null, endedAt: null, requeuedAt: null };
  const row: PostRow = {
    id: ++rows.made.posts,
    post,
    textHash,
    ...unknown,
    ...times,
    ...UNMEASURED,
    acceptedWith: together,
    eventKeys: null,
    doneKeys: [],
  };
  rows.posts.set(key, row);
  ledgerOf(rows, post.source, at).accepted += 1;
  if (dropped === undefined) schedulePost(rows, row);
  else dropPost(row, dropped, at);
  const alike = rows.repeats.get(repeatKey(row));
  if (alike === undefined) rows.repeats.set(repeatKey(row), [row]);
  else alike.push(row);
  return true;
}

const UNMEASURED = { filterMs: null, refineMs: null, judgedWith: null };

const repeatKey = ({ post, textHash }: PostRow): string => `${textHash} ${post.author}`;

/** The earlier post that this one repeats, should it stand. */
function twinOf(rows: MemoryRows, row: PostRow, judgements: Judgement[]): Twin | undefined {
  if (row.doneKeys.length > 0 || row.outcome === "pending") return undefined;
  const postedAt = Date.parse(row.post.postedAt);
  const alike = rows.repeats.get(repeatKey(row)) ?? [];
  if (alike.length < 2) return undefined;
  const drops = new Set(
    judgements
      .filter(({ outcome }) => outcome === "dropped")
      .map((judgement) => postKey(judgement)),
  );
  const first = alike.find(
    ({ id, outcome, post }) =>
      id < row.id &&
      outcome !== "dropped" &&
      outcome !== "dead" &&
      !drops.has(postKey(post)) &&
      Math.abs(Date.parse(post.postedAt) - postedAt) <= REPEAT_MS,
  );
  return first && { key: postKey(first.post), stands: STANDS.has(first.outcome) };
}

const STANDS: ReadonlySet<PostRow["outcome"]> = new Set(["evidence", "duplicate"]);

/** The rows that the judgements are about, each once, and whether its outcome was final before. */
function knownOf(
  rows: MemoryRows,
  judgements: Judgement[],
): { row: PostRow; judgement: Judgement; ended: boolean }[] {
  const byKey = new Map(judgements.map((judgement) => [postKey(judgement), judgement]));
  return [...byKey].flatMap(([key, judgement]) => {
    const row = rows.posts.get(key);
    return row === undefined ? [] : [{ row, judgement, ended: row.endedAt !== null }];
  });
}

const refOf = ({ source, id }: PostRef): PostRef => ({ source, id });

type Pending = Judgement & { outcome: "pending" };

/** What an event holds is evidence, whatever a later look at the post says. */
export function dropPost(row: PostRow, judgement: DroppedJudgement, at: string): void {
  noteText(row, judgement, at);
  if (row.doneKeys.length > 0) takeAsEvidence(row, at);
  else end(row, "dropped", judgement.reason, at, judgement.evidence);
}

/** An earlier post with the same words. `stands`: it will not be dropped any more. */
type Twin = { key: string; stands: boolean };

export function keepPost(
  row: PostRow,
  judgement: Pending,
  twin: Twin | undefined,
  at: string,
): void {
  noteText(row, judgement, at);
  if (twin?.stands) {
    end(row, "duplicate", `repeat of ${twin.key}`, at);
  } else if (twin === undefined) {
    row.outcome = "pending";
    row.eventKeys = judgement.eventKeys;
    endWhenHeld(row, at);
  }
}

/** A commit took a mention of the post. */
export function holdPost(row: PostRow, eventKey: string, at: string): void {
  if (!row.doneKeys.includes(eventKey)) row.doneKeys = [...row.doneKeys, eventKey];
  if (row.outcome === "dropped" || row.outcome === "duplicate") takeAsEvidence(row, at);
  else endWhenHeld(row, at);
}

/** An open post that a dead letter names; one that ended keeps its outcome. */
export function buryPost(row: PostRow, reason: string, at: string): void {
  if (row.endedAt === null) end(row, "dead", reason, at);
}

/** A replay gives a dead post another chance. */
export function reopenPost(rows: MemoryRows, row: PostRow, at: string): void {
  if (row.outcome !== "dead") return;
  Object.assign(row, {
    outcome: row.eventKeys === null ? null : "pending",
    reason: null,
    endedAt: null,
    requeuedAt: at,
  });
  schedulePost(rows, row);
}

function noteText(row: PostRow, judgement: Judgement, at: string): void {
  const { lang, spam, sentiment, fingerprint, filterMs, refineMs } = judgement;
  const took = { filterMs: filterMs ?? null, refineMs: refineMs ?? null };
  Object.assign(row, { lang, spam, sentiment, fingerprint, ...took, judgedAt: at });
}

function endWhenHeld(row: PostRow, at: string): void {
  const keys = row.eventKeys ?? [];
  const held = keys.length > 0 && keys.every((key) => row.doneKeys.includes(key));
  if (held && row.outcome !== "evidence") end(row, "evidence", null, at);
}

function takeAsEvidence(row: PostRow, at: string): void {
  row.eventKeys = row.doneKeys;
  end(row, "evidence", null, at);
}

function end(
  row: PostRow,
  outcome: PostRow["outcome"],
  reason: string | null,
  at: string,
  detail: string | null = null,
): void {
  Object.assign(row, { outcome, reason, detail, endedAt: at });
}
