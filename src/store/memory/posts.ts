import { postKey } from "../../model/raw-post.ts";
import {
  type Judgement,
  OVERLOAD_POSTS,
  type PostArrival,
  type PostRef,
  type PostStore,
  REPEAT_WINDOW_DAYS,
} from "../index.ts";
import { dropPost, keepPost } from "./post-outcome.ts";
import { type MemoryRows, type PostRow, schedulePost } from "./rows.ts";

const REPEAT_MS = REPEAT_WINDOW_DAYS * 86_400_000;

export function postStore(rows: MemoryRows): PostStore {
  return {
    async accept(arrivals, at, waitedSince) {
      const overloaded = [...new Set(arrivals.map(({ post }) => post.source))]
        .filter((source) => waitedSince !== undefined && isOverloaded(rows, source, waitedSince))
        .sort();
      const fresh = arrivals
        .filter(({ post }) => !overloaded.includes(post.source))
        .filter((arrival) => admit(rows, arrival, at))
        .map(({ post }) => refOf(post));
      return { fresh, ...(overloaded.length > 0 && { overloaded }) };
    },
    async judge(judgements, at) {
      const judged = knownOf(rows, judgements);
      for (const { row, judgement, ended } of judged)
        if (!ended && judgement.outcome === "dropped") dropPost(row, judgement, at);
      for (const { row, judgement, ended } of judged)
        if (!ended && judgement.outcome === "pending")
          keepPost(row, judgement, repeatOf(rows, row), at);
      const [duplicates, settled]: [PostRef[], PostRef[]] = [[], []];
      for (const { row, ended } of judged) {
        if (row.outcome === "duplicate") duplicates.push(refOf(row.post));
        else if (ended || row.outcome === "evidence") settled.push(refOf(row.post));
      }
      return { duplicates, settled };
    },
    async overdue(before, at, limit) {
      const longest = overdue(rows, before, limit);
      for (const row of longest) {
        row.requeuedAt = at;
        schedulePost(rows, row);
      }
      return longest.map((row) => row.post);
    },
  };
}

const waitsBefore =
  (before: string) =>
  (row: PostRow): boolean =>
    (row.requeuedAt ?? row.acceptedAt) < before;

const overdue = (rows: MemoryRows, before: string, limit: number): PostRow[] =>
  rows.open.upTo(before, limit).filter(waitsBefore(before));

const isOverloaded = (rows: MemoryRows, source: string, before: string): boolean =>
  (rows.unjudged.get(source)?.upTo(before, OVERLOAD_POSTS) ?? []).filter(waitsBefore(before))
    .length === OVERLOAD_POSTS;

/** False: it was there already. */
function admit(rows: MemoryRows, { post, textHash }: PostArrival, at: string): boolean {
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
    eventKeys: null,
    doneKeys: [],
  };
  rows.posts.set(key, row);
  schedulePost(rows, row);
  const alike = rows.repeats.get(repeatKey(row));
  if (alike === undefined) rows.repeats.set(repeatKey(row), [row]);
  else alike.push(row);
  return true;
}

const repeatKey = ({ post, textHash }: PostRow): string => `${textHash} ${post.author}`;

function repeatOf(rows: MemoryRows, row: PostRow): string | undefined {
  const postedAt = Date.parse(row.post.postedAt);
  const first = rows.repeats
    .get(repeatKey(row))
    ?.find(
      ({ id, outcome, post }) =>
        outcome !== "dropped" &&
        Math.abs(Date.parse(post.postedAt) - postedAt) <= REPEAT_MS &&
        id < row.id,
    );
  return first && postKey(first.post);
}

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
