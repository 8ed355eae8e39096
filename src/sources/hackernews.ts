import * as z from "zod";
import { type GuardedPorts, guardedCall } from "../http/provider-call.ts";
import type { OutsideAnswer } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import { getPath } from "../kit/get-path.ts";
import { readCursor } from "./_shared/cursor.ts";
import { readHtml, unescapeHtml } from "./_shared/html.ts";
import { jsonItems } from "./_shared/json.ts";
import { NOTHING_LEFT_OUT, sumLeftOut } from "./_shared/left-out.ts";
import { type PostFields, readPosts, type SkipReason } from "./_shared/post-input.ts";
import { postTime } from "./_shared/post-time.ts";
import { NOTHING_NEW, worseVerdict } from "./_shared/verdicts.ts";
import { type PollResult, source } from "./source.ts";

/** No limit is stated; one request an item, so a tick takes few. */
const LIMITS = { pace: { perMinute: 120, gapMs: 0 }, dailyBudget: null };
const ITEMS_A_POLL = 25;
const AT_ONCE = 5;

const Id = z.int().positive();
const readable = (list: unknown): number[] =>
  Array.isArray(list) ? list.flatMap((id) => Id.safeParse(id).data ?? []) : [];
/** A list without one readable id has another shape; it does not mean that there is no news. */
const Ids = z.array(z.unknown()).refine((list) => list.length === 0 || readable(list).length > 0);
/** The list holds the newest 500 stories, so a cursor this far beyond the newest is a mistake. */
const FARTHEST = 1_000_000;

/**
 * `missed`: ids that failed while others could be read. They are tried again while the list still
 * shows them.
 */
const Place = z.union([
  z.int().transform((last) => ({ last, missed: [] as number[] })),
  z.object({ last: z.int().nullable(), missed: z.array(Id) }),
]);
type Place = z.output<typeof Place>;

const Item = z.object({
  id: z.number().int(),
  by: z.string(),
  time: z.number(),
  title: z.string().optional().catch(undefined),
  text: z.string().optional().catch(undefined),
  url: z.string().optional().catch(undefined),
  score: z.number().optional().catch(undefined),
});

const get = (url: string, shape: z.ZodType, ports: GuardedPorts): Promise<OutsideAnswer> =>
  guardedCall(
    { provider: "hackernews", limits: LIMITS },
    () => ({
      url,
      timeoutMs: 6_000,
      expect: "json",
      accepts: (json) => shape.safeParse(json).success,
    }),
    ports,
  );

/** Of an item that was taken away little more than this is shown. */
const Gone = z.object({
  deleted: z.boolean().optional().catch(undefined),
  dead: z.boolean().optional().catch(undefined),
});

/** A deleted item is null; that is an answer too. */
const MaybeItem = z.union([z.null(), z.looseObject({ id: z.number() })]);

function toPostInput(id: unknown, json: unknown, now: number): PostFields | SkipReason {
  if (json === null) return "deleted";
  const { deleted, dead } = Gone.safeParse(json).data ?? {};
  if (deleted || dead) return deleted ? "deleted" : "dead";
  const item = Item.safeParse(json).data;
  if (item === undefined) return "other_shape";
  const { text, links } = readHtml(item.text ?? "");
  return {
    source: "hackernews",
    id,
    author: item.by,
    ...postTime(item.time * 1_000, now),
    text: [item.title && unescapeHtml(item.title), text, item.url].filter(Boolean).join("\n"),
    ...(links.length > 0 && { links }),
    url: `https://news.ycombinator.com/item?id=${id}`,
    metrics: { ...(item.score !== undefined && item.score >= 0 && { likes: item.score }) },
  };
}

/**
 * The stories to read now: those after the last one, oldest first, so that none is skipped. A first
 * poll reads the newest.
 */
function next(ids: number[], last: number | null): number[] {
  const ascending = ids.toSorted((a, b) => a - b);
  return last === null ? ascending.slice(-ITEMS_A_POLL) : ascending.filter((id) => id > last);
}

/** A backfill reads backwards from the newest, because an id says nothing about its time. */
const before = (ids: number[], last: number | null): number[] =>
  ids.toSorted((a, b) => b - a).filter((id) => last === null || id < last);

/** The ids of new stories. No id or cursor may exceed what the service names as its newest item. */
async function stories(
  base: string,
  ports: GuardedPorts,
): Promise<{ verdict: Verdict; ids: number[]; newest: number }> {
  const [list, most] = await Promise.all([
    get(`${base}/newstories.json`, Ids, ports),
    get(`${base}/maxitem.json`, Id, ports),
  ]);
  const newest = Id.safeParse(most.json).data ?? 0;
  return {
    verdict: worseVerdict(list.verdict, most.verdict),
    ids: readable(list.json).filter((id) => id <= newest),
    newest,
  };
}

/** The place after a group was read, with those of its ids that failed. */
const passed = (
  { last, missed }: Place,
  group: number[],
  failed: number[],
  forwards: boolean,
): Place => ({
  last: forwards
    ? Math.max(last ?? 0, ...group)
    : Math.min(last ?? Number.MAX_SAFE_INTEGER, ...group),
  missed: [...missed.filter((id) => !group.includes(id)), ...failed],
});

export const hackernews = source({
  name: "hackernews",
  title: "Hacker News",
  kind: "poll",
  docs: "New stories, 25 a poll. No key.",
  settings: z.object({
    HN_BASE_URL: z
      .url()
      .default("https://hacker-news.firebaseio.com/v0")
      .describe("Where Hacker News is reached"),
    HN_EVERY_MINUTES: z.coerce.number().int().min(1).default(5).describe("Minutes between polls"),
  }),
  everyMinutes: (settings) => settings.HN_EVERY_MINUTES,
  readAnswer: (_, answer) => ({
    kind: "read",
    ...readPosts(jsonItems(answer), (item) => toPostInput(getPath(item, "id"), item, answer.now)),
  }),
  async poll({ HN_BASE_URL }, { cursor, since }, ports): Promise<PollResult> {
    const { verdict, ids, newest } = await stories(HN_BASE_URL, ports);
    const polled: PollResult = { verdict, posts: [], rejected: 0, cursor };
    if (verdict.kind !== "ok") return polled;
    const kept = readCursor(Place, cursor, { last: null, missed: [] });
    const last = kept.last !== null && kept.last > newest + FARTHEST ? 0 : kept.last;
    let place: Place = { last, missed: kept.missed.filter((id) => ids.includes(id)) };
    const retried = place.missed.slice(0, AT_ONCE);
    const unread = (since === null ? next : before)(ids, last);
    const wanted = [...retried, ...unread.slice(0, ITEMS_A_POLL - retried.length)];
    polled.verdict = NOTHING_NEW;
    polled.more = wanted.length === ITEMS_A_POLL;
    for (let from = 0; from < wanted.length; from += AT_ONCE) {
      const group = wanted.slice(from, from + AT_ONCE);
      const answers = await Promise.all(
        group.map((id) => get(`${HN_BASE_URL}/item/${id}.json`, MaybeItem, ports)),
      );
      const read = group.map((id, i) => ({ id, answer: answers[i] }));
      for (const answer of answers) polled.verdict = worseVerdict(polled.verdict, answer.verdict);
      const good = read.filter(({ answer }) => answer?.verdict.kind === "ok");
      /* When nothing can be read the service is at fault, and the next poll continues here. */
      if (good.length === 0) break;
      const failed = group.filter((id) => !good.some((each) => each.id === id));
      const { posts, rejected, leftOut } = readPosts(good, ({ id, answer }) =>
        toPostInput(id, answer?.json, ports.now()),
      );
      const recent = posts.filter((post) => since === null || post.postedAt >= since);
      polled.posts.push(...recent);
      if (recent.length < posts.length) polled.more = false;
      polled.rejected += rejected;
      polled.leftOut = sumLeftOut(polled.leftOut ?? NOTHING_LEFT_OUT, leftOut);
      place = passed(place, group, failed, since === null);
      polled.cursor = JSON.stringify(place);
    }
    return polled;
  },
});
