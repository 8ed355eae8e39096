import * as z from "zod";
import { type GuardedPorts, guardedCall } from "../kit/guarded-call.ts";
import type { Answer } from "../kit/http.ts";
import { toldTime } from "../kit/time.ts";
import { plainText } from "./html.ts";
import { NOTHING_NEW, worse } from "./places.ts";
import { readPosts } from "./read-posts.ts";
import { type Polled, source } from "./source.ts";

/** No limit is stated; one request an item, so a tick takes few. */
const LIMITS = { pace: { perMinute: 120, gapMs: 0 }, dailyBudget: null };
const ITEMS_A_POLL = 25;
const AT_ONCE = 5;

const Ids = z.array(z.number().int());
const Item = z.object({
  id: z.number().int(),
  by: z.string(),
  time: z.number(),
  title: z.string().optional(),
  text: z.string().optional(),
  url: z.string().optional(),
  score: z.number().optional(),
  deleted: z.boolean().optional(),
  dead: z.boolean().optional(),
});

const get = (url: string, shape: z.ZodType, ports: GuardedPorts): Promise<Answer> =>
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

/** A deleted item is null; that is an answer too. */
const MaybeItem = z.union([z.null(), z.looseObject({ id: z.number() })]);

function wire(json: unknown, now: number) {
  const item = Item.safeParse(json).data;
  if (item === undefined || item.deleted || item.dead) return null;
  return {
    ...{ source: "hackernews", id: item.id, author: item.by, posted_at: toldTime(item.time * 1_000, now) },
    text: [item.title, plainText(item.text ?? ""), item.url].filter(Boolean).join("\n"),
    url: `https://news.ycombinator.com/item?id=${item.id}`,
    metrics: { ...(item.score !== undefined && item.score >= 0 && { likes: item.score }) },
  };
}

/** The stories to read now: after the cursor the oldest first, so that none is jumped over; on a first poll the newest. */
function next(ids: number[], cursor: string | null): number[] {
  const ascending = ids.toSorted((a, b) => a - b);
  return cursor === null ? ascending.slice(-ITEMS_A_POLL) : ascending.filter((id) => id > Number(cursor)).slice(0, ITEMS_A_POLL);
}

/** A backfill reads backwards from the newest, because ids tell no time. */
function before(ids: number[], cursor: string | null): number[] {
  const descending = ids.toSorted((a, b) => b - a);
  return descending.filter((id) => cursor === null || id < Number(cursor)).slice(0, ITEMS_A_POLL);
}

export const hackernews = source({
  name: "hackernews",
  title: "Hacker News",
  kind: "poll",
  docs: "New stories, 25 a poll. No key.",
  settings: z.object({
    HN_BASE_URL: z.url().default("https://hacker-news.firebaseio.com/v0"),
    HN_EVERY_MINUTES: z.coerce.number().int().min(1).default(5),
  }),
  everyMinutes: (settings) => settings.HN_EVERY_MINUTES,
  async poll({ HN_BASE_URL }, { cursor, since }, ports): Promise<Polled> {
    const list = await get(`${HN_BASE_URL}/newstories.json`, Ids, ports);
    const polled: Polled = { verdict: list.verdict, posts: [], rejected: 0, cursor };
    if (list.verdict.kind !== "ok") return polled;
    const ids = (since === null ? next : before)(Ids.parse(list.json), cursor);
    polled.verdict = NOTHING_NEW;
    polled.more = ids.length === ITEMS_A_POLL;
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const group = ids.slice(from, from + AT_ONCE);
      const answers = await Promise.all(group.map((id) => get(`${HN_BASE_URL}/item/${id}.json`, MaybeItem, ports)));
      for (const { verdict } of answers) polled.verdict = worse(polled.verdict, verdict);
      /* One that failed is read again by the next poll: the cursor stops before it. */
      const failed = answers.findIndex(({ verdict }) => verdict.kind !== "ok");
      const good = failed < 0 ? group.length : failed;
      const { posts, rejected } = readPosts(answers.slice(0, good), ({ json }) => wire(json, ports.now()));
      const wanted = posts.filter((post) => since === null || post.postedAt >= since);
      polled.posts.push(...wanted);
      if (wanted.length < posts.length) polled.more = false;
      polled.rejected += rejected;
      polled.cursor = String(group[good - 1] ?? polled.cursor ?? "") || null;
      if (failed >= 0) break;
    }
    return polled;
  },
});
