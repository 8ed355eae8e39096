import * as z from "zod";
import { type GuardedPorts, guardedCall } from "../../http/provider-call.ts";
import type { OutsideAnswer } from "../../http/request.ts";
import type { Verdict } from "../../http/verdict.ts";
import { splitWords } from "../../settings/define.ts";
import { readCursor } from "../_shared/cursor.ts";
import { jsonItems } from "../_shared/json.ts";
import { NOTHING_LEFT_OUT, sumLeftOut } from "../_shared/left-out.ts";
import { linkedNext } from "../_shared/next-link.ts";
import { readPosts } from "../_shared/post-input.ts";
import { NOTHING_NEW, worseVerdict } from "../_shared/verdicts.ts";
import { type PollResult, source } from "../source.ts";
import { GITHUB_EVENT_TYPES, githubPostInput, RepoEvent } from "./events.ts";

/** 60 an hour without a token; an unchanged repository costs nothing (304). */
const LIMITS = { pace: { perMinute: 10, gapMs: 200 }, dailyBudget: null };

const PAGE = 100;
/** GitHub shows no more than the last 300 events. */
const PAGES = 3;
const MOST_REST_MS = 3_600_000;

/**
 * How far a repository was read. Events may come late and out of order, so it holds their ids and
 * not only the greatest one.
 */
const RepoPlace = z.object({
  etag: z.string().nullable(),
  seen: z.array(z.string()),
  /** GitHub's X-Poll-Interval. */
  restUntil: z.number(),
});
type RepoPlace = z.infer<typeof RepoPlace>;
const Cursor = z.record(z.string(), RepoPlace);
const START: RepoPlace = { etag: null, seen: [], restUntil: 0 };

/** Rate limits come as 403 or 429; with nothing remaining either means "wait". */
function classify({ status, headers }: Omit<OutsideAnswer, "verdict">): Verdict | undefined {
  const limited = headers.get("x-ratelimit-remaining") === "0" || headers.has("retry-after");
  return status === 403 && limited ? { kind: "throttled", reason: "rate limit" } : undefined;
}

const get = (
  url: string,
  etag: string | null,
  token: string | undefined,
  ports: GuardedPorts,
): Promise<OutsideAnswer> =>
  guardedCall(
    { provider: "github", limits: LIMITS },
    () => ({
      url,
      headers: {
        accept: "application/vnd.github+json",
        "user-agent": "event-stream-starter",
        "x-github-api-version": "2022-11-28",
        ...(etag !== null && { "if-none-match": etag }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      timeoutMs: 8_000,
      expect: "json",
      accepts: isList,
      classify,
    }),
    ports,
  );

const readable = (items: readonly unknown[]): RepoEvent[] =>
  items.flatMap((item) => RepoEvent.safeParse(item).data ?? []);

/** A list without one readable event has another shape; it does not mean that there is no news. */
const isList = (json: unknown): boolean =>
  Array.isArray(json) && (json.length === 0 || readable(json).length > 0);

function restUntil(headers: Headers, now: number): number {
  const seconds = Number(headers.get("x-poll-interval") ?? 0);
  return seconds > 0 ? now + Math.min(seconds * 1_000, MOST_REST_MS) : 0;
}

/**
 * The page that the Link header names. GitHub cuts pages short as it likes, so their length says
 * nothing. The token goes to GitHub alone.
 */
function nextPage(headers: Headers, address: string): string | null {
  const next = URL.parse(linkedNext(headers.get("link") ?? "") ?? "", address);
  const isElsewhere = next?.origin !== new URL(address).origin || next.href === address;
  return isElsewhere ? null : next.href;
}

type Read = { verdict: Verdict; events: RepoEvent[]; rejected: number; place: RepoPlace };

/**
 * Reads page by page back to the known events. A first read takes the newest page. When a page
 * fails, the next poll begins anew.
 */
async function read(
  url: string,
  place: RepoPlace,
  pages: number,
  token: string | undefined,
  ports: GuardedPorts,
): Promise<Read> {
  const found: Read = { verdict: NOTHING_NEW, events: [], rejected: 0, place };
  const known = new Set(place.seen);
  const ids: string[] = [];
  let reached = place;
  let address = `${url}?per_page=${PAGE}&page=1`;
  for (let page = 1; page <= pages; page++) {
    const answer = await get(address, page === 1 ? place.etag : null, token, ports);
    found.verdict = worseVerdict(found.verdict, answer.verdict);
    if (answer.verdict.kind !== "ok" || !Array.isArray(answer.json)) return found;
    const events = readable(answer.json);
    const fresh = events.filter(({ id }) => !known.has(id));
    found.rejected += answer.json.length - events.length;
    found.events.push(...fresh);
    ids.push(...events.map(({ id }) => id));
    if (page === 1)
      reached = {
        ...place,
        etag: answer.headers.get("etag"),
        restUntil: restUntil(answer.headers, ports.now()),
      };
    const next = nextPage(answer.headers, address);
    if (next === null || fresh.length < events.length) break;
    address = next;
  }
  const seen = [...new Set([...ids, ...place.seen])].slice(0, PAGE * PAGES);
  return { ...found, place: { ...reached, seen } };
}

/** The symbol that the settings give to a repository. */
const symbolOf = (repo: string, entries: readonly string[]): string | undefined =>
  entries.find((entry) => entry.split("=")[0]?.toLowerCase() === repo.toLowerCase())?.split("=")[1];

export const github = source({
  name: "github",
  title: "GitHub events",
  kind: "poll",
  docs: [
    "Events of the repositories in GITHUB_REPOS, written owner/name=SYMBOL: releases, or the",
    "types named in GITHUB_EVENTS. GITHUB_TOKEN raises 60 requests an hour to 5,000.",
  ].join(" "),
  settings: z.object({
    GITHUB_BASE_URL: z
      .url()
      .default("https://api.github.com")
      .describe("Where GitHub's API is reached"),
    GITHUB_REPOS: splitWords
      .pipe(
        z.array(
          z
            .string()
            .regex(
              /^[\w.-]+\/[\w.-]+(=[A-Za-z0-9]{1,20})?$/,
              "must be written owner/name or owner/name=SYMBOL",
            ),
        ),
      )
      .default(["ethereum/go-ethereum=ETH", "anza-xyz/agave=SOL", "bitcoin/bitcoin=BTC"])
      .describe("Repositories as owner/name or owner/name=SYMBOL, separated by spaces or commas"),
    GITHUB_EVENTS: splitWords
      .pipe(
        z
          .array(
            z.enum(GITHUB_EVENT_TYPES, {
              error: ({ input }) => `${input} is none of ${GITHUB_EVENT_TYPES.join(" ")}`,
            }),
          )
          .min(1),
      )
      .default(["ReleaseEvent", "PublicEvent"])
      .describe("The event types that become posts"),
    GITHUB_TOKEN: z
      .string()
      .min(1)
      .optional()
      .describe("Raises the limit from 60 to 5,000 calls an hour"),
    GITHUB_EVERY_MINUTES: z.coerce
      .number()
      .int()
      .min(1)
      .default(10)
      .describe("Minutes between polls"),
  }),
  everyMinutes: (settings) => settings.GITHUB_EVERY_MINUTES,
  readAnswer({ GITHUB_EVENTS, GITHUB_REPOS }, answer) {
    const items = jsonItems(answer);
    const events = readable(items);
    const { posts, leftOut } = readPosts(events, (event) =>
      githubPostInput(event, GITHUB_EVENTS, symbolOf(event.repo.name, GITHUB_REPOS)),
    );
    const unreadable = { other_shape: items.length - events.length };
    return { kind: "read", posts, leftOut: sumLeftOut(leftOut, unreadable) };
  },
  async poll(settings, { cursor, since }, ports): Promise<PollResult> {
    const places = readCursor(Cursor, cursor, {});
    const polled: PollResult = { verdict: NOTHING_NEW, posts: [], rejected: 0, cursor };
    for (const entry of settings.GITHUB_REPOS) {
      const [repo = "", symbol] = entry.split("=");
      const place = places[repo] ?? START;
      if (place.restUntil > ports.now()) continue;
      const pages = place.seen.length === 0 && since === null ? 1 : PAGES;
      const found = await read(
        `${settings.GITHUB_BASE_URL}/repos/${repo}/events`,
        place,
        pages,
        settings.GITHUB_TOKEN,
        ports,
      );
      places[repo] = found.place;
      polled.verdict = worseVerdict(polled.verdict, found.verdict);
      const { posts, rejected, leftOut } = readPosts(found.events, (event) =>
        githubPostInput(event, settings.GITHUB_EVENTS, symbol?.toUpperCase()),
      );
      polled.posts.push(...posts.filter((post) => since === null || post.postedAt >= since));
      polled.rejected += rejected + found.rejected;
      const unreadable = { other_shape: found.rejected };
      polled.leftOut = sumLeftOut(polled.leftOut ?? NOTHING_LEFT_OUT, leftOut, unreadable);
    }
    return { ...polled, cursor: JSON.stringify(places) };
  },
});
