import { createHash } from "node:crypto";
import { type SamplePost, samplesUntil } from "../../samples.ts";
import { type Emulator, type EmulatorCall, json, NOT_FOUND } from "../emulator.ts";

/**
 * X: a post every twenty seconds. Ids are snowflakes of the post's time, so `since_id` works as it
 * does there.
 */
const EVERY_MS = 20_000;
const snowflake = (time: number) => ((BigInt(time) - 1_288_834_974_657n) << 22n).toString();
const userId = (author: string) =>
  String(
    1_500_000_000_000_000_000n +
      BigInt(createHash("sha256").update(author).digest().readUInt32BE(0)),
  );
const WEEK_MS = 7 * 86_400_000;

function xPost(post: SamplePost) {
  const { likes = 0, reposts = 0, replies = 0 } = post.metrics ?? {};
  return {
    id: snowflake(Date.parse(post.posted_at)),
    // X escapes three characters of HTML in its texts.
    text: post.text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
    author_id: userId(post.author),
    created_at: post.posted_at,
    lang: post.lang ?? "en",
    public_metrics: {
      repost_count: reposts,
      reply_count: replies,
      like_count: likes,
      quote_count: 0,
      impression_count: likes * 40,
    },
  };
}

const xUser = ({ author, metrics }: SamplePost) => ({
  id: userId(author),
  username: author,
  name: author,
  verified: false,
  public_metrics: {
    followers_count: metrics?.followers ?? 0,
    following_count: 100,
    post_count: 900,
  },
});

function searchX({ query, now }: EmulatorCall) {
  const since = query.get("since_id");
  if (since !== null && BigInt(since) < BigInt(snowflake(now - WEEK_MS))) {
    const message =
      "'since_id' must be a tweet id created after a week ago. Please use a 'since_id' that is " +
      "larger";
    return json(
      {
        errors: [{ parameters: { since_id: [since] }, message }],
        title: "Invalid Request",
        detail: "One or more parameters to your request was invalid.",
      },
      400,
    );
  }
  const offset = Number(query.get("next_token") ?? query.get("pagination_token") ?? 0);
  const size = Math.min(Math.max(Number(query.get("max_results") ?? 10), 5), 100);
  const all = samplesUntil(now, EVERY_MS, 300).filter(
    (post) => since === null || BigInt(xPost(post).id) > BigInt(since),
  );
  const page = all.slice(offset, offset + size);
  const [newest] = page;
  if (newest === undefined) return json({ meta: { result_count: 0 } });
  const more = offset + size < all.length ? { next_token: String(offset + size) } : {};
  const users = [...new Map(page.map((post) => [post.author, xUser(post)])).values()];
  const meta = {
    newest_id: xPost(newest).id,
    oldest_id: xPost(page.at(-1) ?? newest).id,
    result_count: page.length,
    ...more,
  };
  return json({ data: page.map(xPost), includes: { users }, meta }, 200, {
    "x-rate-limit-limit": "450",
    "x-rate-limit-remaining": "449",
  });
}

export const x: Emulator = {
  name: "x",
  settings: (base) => ({
    X_BASE_URL: `${base}/x`,
    X_BEARER_TOKEN: "local",
    X_USERS: "local_user",
    X_EVERY_MINUTES: "2",
    // Nobody is paid here, so the budget lasts for the day.
    X_DAILY_POST_BUDGET: "1000000",
  }),
  owned: ["X_BASE_URL", "X_BEARER_TOKEN"],
  source: "x",
  refusals: {
    throttled: json(
      { title: "Too Many Requests", detail: "Too Many Requests", type: "about:blank", status: 429 },
      429,
    ),
    quota: json(
      {
        title: "CreditsDepleted",
        detail: "Your enrolled account does not have any credits.",
        type: "https://api.x.com/2/problems/credits",
      },
      402,
    ),
    empty: json({ meta: { result_count: 0 } }),
  },
  answer(call) {
    const named = /^\/2\/users\/by\/username\/(\w+)$/.exec(call.path);
    if (named?.[1])
      return json({ data: { id: userId(named[1]), name: named[1], username: named[1] } });
    return /^\/2\/(tweets\/search\/recent|users\/\d+\/tweets)$/.test(call.path)
      ? searchX(call)
      : NOT_FOUND;
  },
};

const apifyItem = (post: SamplePost) => ({
  type: "tweet",
  id: snowflake(Date.parse(post.posted_at)),
  url: `https://x.com/${post.author}/status/1`,
  fullText: post.text,
  text: post.text,
  createdAt: new Date(post.posted_at).toUTCString(),
  lang: post.lang ?? "en",
  isRetweet: false,
  isReply: false,
  likeCount: post.metrics?.likes ?? 0,
  retweetCount: post.metrics?.reposts ?? 0,
  replyCount: post.metrics?.replies ?? 0,
  author: { userName: post.author, followers: post.metrics?.followers ?? 0 },
});

const apifyRun = (status: string, now: number) => ({
  data: {
    id: "localRun",
    actId: "localActor",
    status,
    startedAt: new Date(now - 40_000).toISOString(),
    defaultDatasetId: "localDataset",
    finishedAt: status === "SUCCEEDED" ? new Date(now).toISOString() : null,
    defaultKeyValueStoreId: "localStore",
    usageTotalUsd: 0.0082,
  },
});

export const apify: Emulator = {
  name: "apify",
  settings: (base) => ({
    APIFY_BASE_URL: `${base}/apify/v2`,
    APIFY_TOKEN: "local",
    APIFY_EVERY_MINUTES: "3",
    // Nobody is paid here, so the budget lasts for the day.
    APIFY_DAILY_USD: "1000",
  }),
  owned: ["APIFY_BASE_URL", "APIFY_TOKEN"],
  source: "apify",
  refusals: {
    throttled: json(
      { error: { type: "rate-limit-exceeded", message: "You have exceeded the rate limit" } },
      429,
    ),
    quota: json(
      {
        error: {
          type: "not-enough-usage-to-run-paid-actor",
          message: "By launching this job you will exceed your remaining usage.",
        },
      },
      402,
    ),
    empty: json([{ noResults: true }]),
  },
  answer({ method, path, query, now }) {
    const runs = /\/actors\/[^/]+\/runs$/.test(path);
    if (runs && method === "GET") return json({ data: { items: [apifyRun("RUNNING", now).data] } });
    if (/\/actors\/[^/]+\/runs$/.test(path)) return json(apifyRun("RUNNING", now), 201);
    if (/\/actor-runs\/[^/]+$/.test(path)) return json(apifyRun("SUCCEEDED", now));
    if (!/\/(run-sync-get-dataset-items|items)$/.test(path))
      return json({ error: { type: "record-not-found", message: "not found" } }, 404);
    const offset = Number(query.get("offset") ?? 0);
    const all = [...samplesUntil(now, 30_000, 40).map(apifyItem), { noResults: true }];
    const page = all.slice(offset, offset + Number(query.get("limit") ?? 1000));
    const headers = {
      "x-apify-pagination-total": String(all.length),
      "x-apify-pagination-offset": String(offset),
    };
    return json(page, path.endsWith("run-sync-get-dataset-items") ? 201 : 200, headers);
  },
};
