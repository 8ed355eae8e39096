import * as z from "zod";
import type { GuardedPorts } from "../../http/provider-call.ts";
import type { OutsideAnswer } from "../../http/request.ts";
import type { Verdict } from "../../http/verdict.ts";
import { iso } from "../../kit/time.ts";
import { readCursor } from "../_shared/cursor.ts";
import { NOTHING_LEFT_OUT, sumLeftOut } from "../_shared/left-out.ts";
import { type PostFields, readPosts } from "../_shared/post-input.ts";
import { isUsable, NOTHING_NEW, worseVerdict } from "../_shared/verdicts.ts";
import { type PollResult, source } from "../source.ts";
import { callX, XSettings } from "./client.ts";
import { idTime, isStaleCursor, readXPage, XAnswer, XUserAnswer } from "./response.ts";

const PAGES_A_POLL = 3;
const WEEK_MS = 7 * 86_400_000;
const SAFETY_MS = 3_600_000;
const PAGE_SIZE = { most: 100, search: 10, timeline: 5 };
/** Each post may bring its author along, who is charged too. */
const AUTHOR_TOO = 2;

/**
 * How far one stream (a search or a timeline) was read. `rest`: the page limit cut a read short; it
 * goes on from there, under the same lower
 * `bound`, and only its end makes `newestId` the new `sinceId`.
 */
const StreamPlace = z.object({
  sinceId: z.string().nullable(),
  rest: z
    .object({
      nextToken: z.string(),
      newestId: z.string(),
      bound: z.record(z.string(), z.string()),
    })
    .nullable(),
});
type StreamPlace = z.infer<typeof StreamPlace>;
const Cursor = z.object({
  streams: z.record(z.string(), StreamPlace),
  userIds: z.record(z.string(), z.string()),
});

type Stream = {
  name: string;
  path: string;
  params: Record<string, string>;
  paging: string;
  least: number;
};

/** From where to read: an id from this week, else a time; an older id would be refused. */
function lowerBound(
  sinceId: string | null,
  since: string | null,
  now: number,
): Record<string, string> {
  const oldest = now - WEEK_MS + SAFETY_MS;
  if (sinceId === null)
    return since === null ? {} : { start_time: iso(Math.max(Date.parse(since), oldest)) };
  return idTime(sinceId) > oldest ? { since_id: sinceId } : { start_time: iso(oldest) };
}

function page(
  stream: Stream,
  bound: Record<string, string>,
  token: string | null,
  settings: XSettings,
  ports: GuardedPorts,
): Promise<OutsideAnswer> {
  const params = (granted: number) => ({
    ...stream.params,
    ...bound,
    ...(token !== null && { [stream.paging]: token }),
    max_results: String(Math.floor(granted / AUTHOR_TOO)),
    [`${settings.X_VOCAB}.fields`]: [
      "created_at",
      "public_metrics",
      "lang",
      "entities",
      `note_${settings.X_VOCAB}`,
      "conversation_id",
    ].join(","),
    expansions: "author_id",
    "user.fields": "username,public_metrics",
  });
  const { path, least } = stream;
  const cost = { most: PAGE_SIZE.most * AUTHOR_TOO, least: least * AUTHOR_TOO };
  return callX({ path, params, ...cost, shape: XAnswer }, settings, ports);
}

type Read = { verdict: Verdict; items: PostFields[]; unreadable: number; place: StreamPlace };

/** Reads a stream, page by page. The place moves only over pages that came whole. */
async function readStream(
  stream: Stream,
  start: StreamPlace,
  since: string | null,
  settings: XSettings,
  ports: GuardedPorts,
): Promise<Read> {
  const read: Read = { verdict: NOTHING_NEW, items: [], unreadable: 0, place: start };
  let bound = start.rest?.bound ?? lowerBound(start.sinceId, since, ports.now());
  let token = start.rest?.nextToken ?? null;
  let newest = start.rest?.newestId ?? null;
  /**
   * A first read of all takes the newest page alone: the week behind it would cost days of the
   * budget, and hold up what is new.
   */
  const first = start.sinceId === null && start.rest === null && since === null;
  for (let pages = 0, anew = false; pages < (first && !anew ? 1 : PAGES_A_POLL); pages++) {
    const answer = await page(stream, bound, token, settings, ports);
    const stale = isStaleCursor(answer);
    if (!anew && (stale || (answer.status === 400 && token !== null))) {
      anew = true;
      token = newest = null;
      if (stale) bound = { start_time: iso(ports.now() - WEEK_MS + SAFETY_MS) };
      read.place = { sinceId: stale ? null : start.sinceId, rest: null };
      continue;
    }
    read.verdict = worseVerdict(read.verdict, answer.verdict);
    const found = isUsable(answer.verdict) ? readXPage(answer.json, ports.now()) : undefined;
    if (found === undefined) return read;
    read.items.push(...found.items);
    read.unreadable += found.unreadable;
    newest ??= found.newestId;
    token = found.nextToken;
    if (token === null || newest === null || first) {
      return { ...read, place: { sinceId: newest ?? read.place.sinceId, rest: null } };
    }
    read.place = {
      sinceId: read.place.sinceId,
      rest: { nextToken: token, newestId: newest, bound },
    };
  }
  return read;
}

/** Items of another shape are counted by readXPage. */
function readPage({ items, unreadable }: Pick<Read, "items" | "unreadable">) {
  const { posts, rejected, leftOut } = readPosts(items, (item) => item);
  return {
    posts,
    rejected: rejected + unreadable,
    leftOut: sumLeftOut(leftOut, { other_shape: unreadable }),
  };
}

/** A handle's numeric id, asked once and kept in the cursor. */
async function userId(
  handle: string,
  known: Record<string, string>,
  settings: XSettings,
  ports: GuardedPorts,
): Promise<Verdict | string> {
  const kept = known[handle];
  if (kept !== undefined) return kept;
  const path = `/2/users/by/username/${encodeURIComponent(handle)}`;
  const answer = await callX(
    { path, params: () => ({}), most: 1, least: 1, shape: XUserAnswer },
    settings,
    ports,
  );
  const read = XUserAnswer.safeParse(answer.json);
  return answer.verdict.kind === "ok" && read.success ? read.data.data.id : answer.verdict;
}

export const x = source({
  name: "x",
  title: "X",
  kind: "poll",
  docs: [
    "Recent search (X_QUERY) and timelines (X_USERS). Needs X_BEARER_TOKEN. Paid per post and",
    "user returned: X_DAILY_POST_BUDGET is never passed.",
  ].join(" "),
  settings: XSettings,
  everyMinutes: (settings) => settings.X_EVERY_MINUTES,
  standIns: { X_BEARER_TOKEN: "none" },
  readAnswer(_, { json, now }) {
    const page = readXPage(json, now);
    if (page === undefined) return { kind: "unreadable", why: "it is no answer of a search of X" };
    return { kind: "read", ...readPage(page) };
  },
  async poll(settings, { cursor, since }, ports): Promise<PollResult> {
    const places = readCursor(Cursor, cursor, { streams: {}, userIds: {} });
    const polled: PollResult = {
      verdict: NOTHING_NEW,
      posts: [],
      rejected: 0,
      cursor,
      more: false,
    };
    const follow = async (stream: Stream) => {
      const start = places.streams[stream.name] ?? { sinceId: null, rest: null };
      const read = await readStream(stream, start, since, settings, ports);
      places.streams[stream.name] = read.place;
      polled.verdict = worseVerdict(polled.verdict, read.verdict);
      const { posts, rejected, leftOut } = readPage(read);
      polled.posts.push(...posts);
      polled.rejected += rejected;
      polled.leftOut = sumLeftOut(polled.leftOut ?? NOTHING_LEFT_OUT, leftOut);
      polled.more ||= read.place.rest !== null;
    };
    if (settings.X_QUERY !== "") {
      const params = { query: settings.X_QUERY };
      await follow({
        name: settings.X_QUERY,
        path: "/2/tweets/search/recent",
        params,
        paging: "next_token",
        least: PAGE_SIZE.search,
      });
    }
    for (const handle of settings.X_USERS) {
      const id = await userId(handle, places.userIds, settings, ports);
      if (typeof id !== "string") {
        polled.verdict = worseVerdict(polled.verdict, id);
        continue;
      }
      places.userIds[handle] = id;
      const params = { exclude: "replies,retweets" };
      await follow({
        name: `@${handle}`,
        path: `/2/users/${id}/tweets`,
        params,
        paging: "pagination_token",
        least: PAGE_SIZE.timeline,
      });
    }
    return { ...polled, cursor: JSON.stringify(places) };
  },
});
