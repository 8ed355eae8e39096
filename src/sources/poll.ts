import type { GuardedPorts } from "../http/provider-call.ts";
import type { Verdict } from "../http/verdict.ts";
import { iso } from "../kit/time.ts";
import type { RawPost } from "../model/raw-post.ts";
import type { LeftOut } from "../model/source-status.ts";
import { countLeftOut, NOTHING_LEFT_OUT, sumLeftOut } from "./_shared/left-out.ts";
import { isFarAhead } from "./_shared/post-time.ts";
import { isUsable, worseVerdict } from "./_shared/verdicts.ts";
import type { CursorPosition, PollResult, Source, SourceSwitch, SwitchedOn } from "./source.ts";

/** The stored cursor of a source. Both calls may throw when the database is down. */
export type CursorPort = {
  cursor(source: string): Promise<{ cursor: string | null } | undefined>;
  /**
   * Compare and set: an overlapping tick does not move it back. `brought`: posts were accepted, so
   * the database is awake and stores the cursor; otherwise it may sleep.
   */
  advanceCursor(
    source: string,
    from: string | null,
    to: string | null,
    at: string,
    brought: boolean,
    leftOut: LeftOut,
  ): Promise<boolean>;
};

export type PollPorts = GuardedPorts & {
  store: CursorPort;
  /** Accepts the posts for good, or answers that it cannot accept them now. */
  accept(posts: RawPost[]): Promise<"ok" | "unavailable">;
};

export type PollReport = {
  source: string;
  /**
   * polled · off · not due · held: read, but not accepted, so the cursor stays · unavailable: the
   * database is out, nothing was asked.
   */
  outcome: "polled" | "off" | "not due" | "held" | "unavailable";
  verdict: Verdict | null;
  posts: number;
  rejected: number;
  /** The rejected ones by reason. */
  leftOut: LeftOut;
  detail: string;
};

export type PollOptions = {
  /** Read from this time on, apart from the stored cursor, which stays as it is. */
  since?: string;
  /** Poll although the source is not due. */
  now?: boolean;
  /**
   * For a backfill: send notifications about its signals. Otherwise its posts are marked as quiet.
   */
  notify?: boolean;
};

/**
 * Whether the source polls in this minute. It follows from the clock and the name alone, so that a
 * tick costs no query and sources are spread over the minutes.
 */
function isDue(name: string, everyMinutes: number, now: number): boolean {
  const offset = [...name].reduce((sum, char) => sum + char.charCodeAt(0), 0);
  return (Math.floor(now / 60_000) + offset) % everyMinutes === 0;
}

const NOT_ACCEPTED = "not accepted now: the database is out, or too many posts wait";

const report = (
  source: string,
  outcome: PollReport["outcome"],
  detail: string,
  polled?: PollResult,
): PollReport => ({
  source,
  outcome,
  verdict: polled?.verdict ?? null,
  posts: polled?.posts.length ?? 0,
  rejected: polled?.rejected ?? 0,
  leftOut: polled?.leftOut ?? NOTHING_LEFT_OUT,
  detail,
});

/**
 * The limits of a backfill: after its answer a request of the Worker lives for 30 seconds at most.
 */
const BACKFILL_READS = 40;
const BACKFILL_MS = 20_000;

const quiet = (post: RawPost): RawPost => ({ ...post, quiet: true });

async function read(on: SwitchedOn, place: CursorPosition, ports: PollPorts): Promise<PollResult> {
  const nothing = (reason: string): PollResult => ({
    verdict: { kind: "reject", reason },
    posts: [],
    rejected: 0,
    cursor: place.cursor,
  });
  if (on.poll === undefined) return nothing("this source is not polled");
  return on
    .poll(place, ports)
    .then((polled) => explained(polled, ports.now()))
    .catch((fault) => nothing(`fault in the adapter: ${nameOf(fault)}`));
}

/**
 * The posts whose time may be true, and a reason for every item that is left out: a post that is
 * dated days ahead would stay the newest of all for as long.
 */
function explained(polled: PollResult, now: number): PollResult {
  const posts = polled.posts.filter(({ postedAt }) => !isFarAhead(Date.parse(postedAt), now));
  const named = polled.leftOut ?? NOTHING_LEFT_OUT;
  const leftOut = sumLeftOut(named, {
    unreadable: polled.rejected - countLeftOut(named),
    dated_ahead: polled.posts.length - posts.length,
  });
  return { ...polled, posts, rejected: countLeftOut(leftOut), leftOut };
}

/** Only the name of an error, because its text may quote a URL. */
const nameOf = (fault: unknown): string => (fault instanceof Error ? fault.name : typeof fault);

const accept = async (posts: RawPost[], ports: PollPorts): Promise<"ok" | "unavailable"> =>
  posts.length === 0 ? "ok" : ports.accept(posts);

/** Reads from `since` to the end, with a cursor of its own; the stored cursor does not move. */
async function backfill(
  name: string,
  on: SwitchedOn,
  since: string,
  notify: boolean,
  ports: PollPorts,
): Promise<PollReport> {
  const until = ports.now() + BACKFILL_MS;
  const sum: PollResult = {
    verdict: { kind: "empty", reason: "nothing found" },
    posts: [],
    rejected: 0,
    cursor: null,
  };
  for (let reads = 0; reads < BACKFILL_READS && ports.now() < until; reads++) {
    const polled = await read(on, { cursor: sum.cursor, since }, ports);
    const posts = notify ? polled.posts : polled.posts.map(quiet);
    sum.posts.push(...posts);
    sum.rejected += polled.rejected;
    sum.leftOut = sumLeftOut(sum.leftOut ?? NOTHING_LEFT_OUT, polled.leftOut ?? NOTHING_LEFT_OUT);
    sum.verdict = worseVerdict(sum.verdict, polled.verdict);
    sum.cursor = polled.cursor;
    if ((await accept(posts, ports)) === "unavailable")
      return report(name, "held", NOT_ACCEPTED, sum);
    if (!polled.more || !isUsable(sum.verdict))
      return report(name, "polled", sum.verdict.reason, sum);
  }
  return report(name, "polled", "there is more: name a later time", sum);
}

/**
 * Reads after the stored cursor, passes on the posts, and moves the cursor once they are accepted.
 */
async function follow(name: string, on: SwitchedOn, ports: PollPorts): Promise<PollReport> {
  const cursor = (await ports.store.cursor(name))?.cursor ?? null;
  const polled = await read(on, { cursor, since: null }, ports);
  if ((await accept(polled.posts, ports)) === "unavailable")
    return report(name, "held", NOT_ACCEPTED, polled);
  await ports.store.advanceCursor(
    name,
    cursor,
    polled.cursor,
    iso(ports.now()),
    polled.posts.length > 0,
    polled.leftOut ?? NOTHING_LEFT_OUT,
  );
  return report(name, "polled", polled.verdict.reason, polled);
}

/**
 * One poll. A crash repeats posts, which the store recognises by their ids, and never loses one.
 * Never throws.
 */
export async function poll(
  { name }: Pick<Source, "name">,
  on: SourceSwitch,
  ports: PollPorts,
  options: PollOptions = {},
): Promise<PollReport> {
  const { since, notify = false, now = false } = options;
  if (on.kind === "off") return report(name, "off", on.why);
  if (!now && since === undefined && !isDue(name, on.everyMinutes, ports.now()))
    return report(name, "not due", `every ${on.everyMinutes} minutes`);
  try {
    return since === undefined
      ? await follow(name, on, ports)
      : await backfill(name, on, since, notify, ports);
  } catch {
    return report(name, "unavailable", "the database is out");
  }
}

const UNREAD: SourceSwitch = { kind: "off", why: "its settings were not read" };

/** One tick of the clock: polls every source that is due, concurrently. */
export const pollDue = (
  sources: readonly Source[],
  switches: ReadonlyMap<string, SourceSwitch>,
  ports: PollPorts,
): Promise<PollReport[]> =>
  Promise.all(
    sources
      .filter((each) => each.kind === "poll")
      .map((each) => poll(each, switches.get(each.name) ?? UNREAD, ports)),
  );
