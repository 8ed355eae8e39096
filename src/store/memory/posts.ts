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
import type { MemoryRows, PostRow } from "./rows.ts";

const REPEAT_MS = REPEAT_WINDOW_DAYS * 86_400_000;

export function postStore(rows: MemoryRows): PostStore {
  return {
    async accept(arrivals, at, waitedSince) {
      if (
        waitedSince !== undefined &&
        overdue(rows, waitedSince, OVERLOAD_POSTS).length === OVERLOAD_POSTS
      )
        return { fresh: [], overloaded: true };
      return {
        fresh: arrivals
          .filter((arrival) => admit(rows, arrival, at))
          .map(({ post }) => refOf(post)),
      };
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
        rows.open.add(row);
      }
      return longest.map((row) => row.post);
    },
  };
}

const overdue = (rows: MemoryRows, before: string, limit: number): PostRow[] =>
  rows.open.upTo(before, limit).filter((row) => (row.requeuedAt ?? row.acceptedAt) < before);

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
  rows.open.add(row);
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
