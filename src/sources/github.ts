import * as z from "zod";
import { type GuardedPorts, guardedCall } from "../kit/guarded-call.ts";
import type { Answer } from "../kit/http.ts";
import type { Verdict } from "../kit/verdict.ts";
import { NOTHING_NEW, readCursor, worse } from "./places.ts";
import { readPosts, type Wire } from "./read-posts.ts";
import { type Polled, source, words } from "./source.ts";

/** 60 an hour without a token; an unchanged repository costs nothing (304). */
const LIMITS = { pace: { perMinute: 10, gapMs: 200 }, dailyBudget: null };

const RepoEvent = z.object({
  id: z.string(),
  type: z.string(),
  actor: z.object({ login: z.string() }),
  repo: z.object({ name: z.string() }),
  created_at: z.string(),
  payload: z.record(z.string(), z.unknown()),
});
const Release = z.object({
  action: z.literal("published"),
  release: z.object({
    tag_name: z.string(),
    name: z.string().nullish(),
    html_url: z.string().nullish(),
    body: z.string().nullish(),
  }),
});
const Cursor = z.record(z.string(), z.object({ etag: z.string().nullable(), last: z.string() }));

/** Ids are decimal strings that grow. */
const later = (a: string, b: string): boolean => a.length > b.length || (a.length === b.length && a > b);

function wire(item: unknown, symbol: string | undefined): Wire {
  const event = RepoEvent.safeParse(item).data;
  const release = Release.safeParse(event?.payload).data?.release;
  if (event === undefined || release === undefined) return null;
  const name = release.name && release.name !== release.tag_name ? `: ${release.name}` : "";
  return {
    ...{ source: "github", id: event.id, author: event.actor.login, posted_at: event.created_at },
    text: `${symbol === undefined ? "" : `$${symbol} `}${event.repo.name} released ${release.tag_name}${name}. ${release.body ?? ""}`.trim(),
    ...(release.html_url && { url: release.html_url }),
    ...(symbol !== undefined && { symbol }),
  };
}

/** Rate limits come as 403 or 429; with nothing remaining either means "wait". */
function classify({ status, headers }: Omit<Answer, "verdict">): Verdict | undefined {
  const limited = headers.get("x-ratelimit-remaining") === "0" || headers.has("retry-after");
  return status === 403 && limited ? { kind: "throttled", reason: "rate limit" } : undefined;
}

const get = (url: string, etag: string | null, token: string | undefined, ports: GuardedPorts): Promise<Answer> =>
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
      accepts: Array.isArray,
      classify,
    }),
    ports,
  );

export const github = source({
  name: "github",
  title: "GitHub releases",
  kind: "poll",
  docs: "Releases of the repositories in GITHUB_REPOS, written owner/name=SYMBOL. GITHUB_TOKEN raises 60 requests an hour to 5,000.",
  settings: z.object({
    GITHUB_BASE_URL: z.url().default("https://api.github.com"),
    GITHUB_REPOS: words
      .pipe(
        z.array(z.string().regex(/^[\w.-]+\/[\w.-]+(=[A-Za-z0-9]{1,20})?$/, "must be written owner/name or owner/name=SYMBOL")),
      )
      .default(["ethereum/go-ethereum=ETH", "anza-xyz/agave=SOL", "bitcoin/bitcoin=BTC"]),
    GITHUB_TOKEN: z.string().min(1).optional(),
    GITHUB_EVERY_MINUTES: z.coerce.number().int().min(1).default(10),
  }),
  everyMinutes: (settings) => settings.GITHUB_EVERY_MINUTES,
  async poll(settings, { cursor, since }, ports): Promise<Polled> {
    const places = readCursor(Cursor, cursor, {});
    const polled: Polled = { verdict: NOTHING_NEW, posts: [], rejected: 0, cursor };
    for (const entry of settings.GITHUB_REPOS) {
      const [repo = "", symbol] = entry.split("=");
      const place = places[repo] ?? { etag: null, last: "" };
      const url = `${settings.GITHUB_BASE_URL}/repos/${repo}/events?per_page=100`;
      const answer = await get(url, place.etag, settings.GITHUB_TOKEN, ports);
      polled.verdict = worse(polled.verdict, answer.verdict);
      if (answer.verdict.kind !== "ok" || !Array.isArray(answer.json)) continue;
      const ids = answer.json.flatMap((item) => RepoEvent.safeParse(item).data?.id ?? []);
      const { posts, rejected } = readPosts(answer.json, (item) => wire(item, symbol?.toUpperCase()));
      const fresh = posts.filter((post) => later(post.id, place.last) && (since === null || post.postedAt >= since));
      polled.posts.push(...fresh);
      polled.rejected += rejected;
      const last = ids.reduce((newest, id) => (later(id, newest) ? id : newest), place.last);
      places[repo] = { etag: answer.headers.get("etag"), last };
    }
    return { ...polled, cursor: JSON.stringify(places) };
  },
});
