import type { RawPost } from "../model/raw-post.ts";
import type { PageRequest, RowPage } from "./paging.ts";

export type PostRef = { source: string; id: string };

/**
 * How one post left the filter, refine and dedup stages. `pending` means: `mentions` (>= 1)
 * messages follow, and their commits end it.
 */
export type Judgement = PostRef & {
  lang: string | null;
  spam: number | null;
  sentiment: number | null;
  fingerprint: string | null;
  /** Milliseconds of these two steps, of this post alone. */
  filterMs?: number | undefined;
  refineMs?: number | undefined;
} & (
    | { outcome: "dropped"; reason: string; evidence: string }
    | { outcome: "pending"; eventKeys: string[] }
  );

export type DroppedJudgement = Extract<Judgement, { outcome: "dropped" }>;

/**
 * A post on its way in. `textHash` is equal for equal normalised texts about the same tokens.
 * `dropped`: it was judged already and ends as it arrives.
 */
export type PostArrival = { post: RawPost; textHash: string; dropped?: DroppedJudgement };

/**
 * An author who posts the same text again within this time repeats himself: the later arrival is a
 * duplicate.
 */
export const REPEAT_WINDOW_DAYS = 14;

/**
 * So many posts of one source that wait too long for a verdict are load, and so are as many judged
 * ones that wait for OVERLOAD_EVENTS or more events; fewer are posts with a trouble of their own.
 */
export const OVERLOAD_POSTS = 1_000;
/** Fewer events that hold up posts are events with a trouble of their own. */
export const OVERLOAD_EVENTS = 20;

/** `behind`: the key of the open post that it may repeat. */
export type WaitingTwin = PostRef & { behind: string };
export type JudgedPosts = {
  duplicates: PostRef[];
  settled: PostRef[];
  waiting: WaitingTwin[];
};

export type PostStore = {
  /**
   * Writes raw_posts in one statement, with the verdict on what was dropped; a post already there
   * is left as it is. Answers the refs that were new. While OVERLOAD_POSTS or more posts of a
   * source have waited since before `waitedSince` for a verdict, or as many for OVERLOAD_EVENTS or
   * more events, it takes none of that source and names it in `overloaded`. A few events that fail
   * close the door to nobody.
   */
  accept(
    arrivals: PostArrival[],
    at: string,
    waitedSince?: string,
  ): Promise<{ fresh: PostRef[]; overloaded?: string[] }>;
  /**
   * Fills in outcomes. An outcome that is already final ("evidence", "dropped", "duplicate",
   * "dead") is never changed.
   *
   * A "pending" judgement is weighed against the first earlier post (a lower acceptance number,
   * raw_posts.id) of the same author and textHash that was posted within REPEAT_WINDOW_DAYS of it
   * and is neither dropped nor dead. When that one is evidence, or a duplicate itself, the post
   * becomes the final outcome "duplicate" (reason "repeat of {source}:{id}"). While that one is
   * open the post stays open too and is answered as `waiting`: nobody knows yet whether there will
   * be anything to repeat. The order of acceptance decides and not the order of the queue, so that
   * reordering and repeats change nothing. A post that was kept once is not weighed again.
   *
   * `duplicates`: now or already; the caller sends no mentions for them, and none for `settled`:
   * posts whose outcome was final before (a redelivered message). It brings `waiting` again later.
   */
  recordJudgements(judgements: Judgement[], at: string): Promise<JudgedPosts>;
  /**
   * Posts accepted before `before` and still without a final outcome, oldest first: their messages
   * were lost. Marks them re-queued at `at` so that the next sweep passes over them until it is
   * `before` again.
   */
  overdue(before: string, at: string, limit: number): Promise<RawPost[]>;
  post(source: string, id: string): Promise<PostHistory | undefined>;
  /** The posts that came in, the latest accepted first. */
  posts(filter: PostFilter, paging: PageRequest): Promise<RowPage<PostListed>>;
};

/** Null means any. `since`: accepted at this time or later. */
export type PostFilter = {
  source: string | null;
  outcome: string | null;
  reason: string | null;
  since: string | null;
};

/** A post with its end, without the steps between. */
export type PostListed = Omit<PostHistory, "steps" | "trace" | "traceFrom">;

/** What became of a post: each step of each stage, in order. */
export type PostHistory = {
  source: string;
  id: string;
  author: string;
  text: string;
  postedAt: string;
  acceptedAt: string;
  outcome: string | null;
  reason: string | null;
  lang: string | null;
  spam: number | null;
  sentiment: number | null;
  /** The traceparent of its own span, and the sender's; null in posts of before there were any. */
  trace: string | null;
  traceFrom: string | null;
  steps: PostStep[];
};

/**
 * `at`: when it began. `ms`: its own milliseconds; null where they were not measured. `shared`: so
 * many posts had those milliseconds together, because it was one piece of work; null: it is the
 * post's alone. `who`: the provider that was asked, or the channel of a delivery.
 */
export type PostStep = {
  stage: string;
  outcome: string;
  at: string;
  reason: string | null;
  eventKey: string | null;
  ms: number | null;
  shared: number | null;
  who: string | null;
};
