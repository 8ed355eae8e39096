import { describe, expect, it } from "vitest";
import { serveUpstash } from "../../local/redis/server.ts";
import { freePorts } from "../../local/supervisor/ports.ts";
import { readPairs } from "../../src/enrich/dexscreener.ts";
import { dominantPair } from "../../src/enrich/resolve.ts";
import { classifyBigQuery, rowsOf } from "../../src/google/bigquery-response.ts";
import { verifyWebhook } from "../../src/kit/standard-webhooks.ts";
import { readFrame } from "../../src/sources/jetstream/index.ts";
import { StoreUnavailable } from "../../src/store/index.ts";
import { neonSql } from "../../workers/platform/neon.ts";
import {
  asked,
  DEMO,
  jsonOf,
  KEY_FILE,
  NOW,
  polled,
  type Reply,
  received,
  sample,
  sampleFiles,
  samples,
  sentTo,
  serving,
  textOf,
} from "../support/samples.ts";

const X = { X_BEARER_TOKEN: "x" };
const APIFY = { APIFY_TOKEN: "x" };
const BQ = { GCP_SA_JSON: KEY_FILE };
const GOPLUS_KEYS = { GOPLUS_APP_KEY: "demo_key", GOPLUS_APP_SECRET: "demo_secret" };
const SOLANA_DEMO = "Dem0Tok3nMintAddr9x4Yz7QpRsTuVwXyZ12345678ab";
const hook = {
  discord: { url: "https://discord.com/api/webhooks/1/abc" },
  slack: { url: "https://hooks.slack.com/services/T0/B0/x" },
};
const mail = (provider: string) => ({ provider, to: ["ada@example.org"] });
const ok = (body: unknown): Reply => ({ text: JSON.stringify(body) });
const TOKEN = ok({ access_token: "t", expires_in: 3_599 });

type Check = (file: string) => Promise<void>;

/**
 * How each kind of sample is read; the last word is always an assertion on what came out of the
 * adapter.
 */
const post =
  (source: string, env: Record<string, string>, expected: object[]): Check =>
  async (file) => {
    const { verdict, posts } = await polled(source, env, [sample(file)]);
    expect([verdict.kind, posts.length]).toEqual(["ok", expected.length]);
    expect(posts).toMatchObject(expected);
  };
const refused =
  (source: string, env: Record<string, string>, kind: string, headers = {}): Check =>
  async (file) => {
    const { verdict, posts } = await polled(source, env, [sample(file, headers)]);
    expect([verdict.kind, posts]).toEqual([kind, []]);
  };
const facts =
  (name: string, kind: string, values: object, env = {}, tokenCa = DEMO): Check =>
  async (file) => {
    const answer = await asked(
      name,
      [sample(file)],
      env,
      tokenCa,
      tokenCa === DEMO ? "eth" : "sol",
    );
    expect(answer.verdict.kind).toBe(kind);
    expect(answer.values).toMatchObject(values);
  };
const delivered =
  (kind: string, settings: Record<string, unknown>, verdict: string, more: object = {}): Check =>
  async (file) => {
    expect(await sentTo(kind, settings, [sample(file)])).toMatchObject({
      verdict: { kind: verdict },
      ...more,
    });
  };
/** Our own request has no member that the contract does not know, but for the buttons. */
const requested =
  (send: () => Promise<{ sent: { body: string | undefined }[] }>, buttons?: string): Check =>
  async (file) => {
    const { sent } = await send();
    const body = JSON.parse(sent.findLast(({ body }) => body?.startsWith("{"))?.body ?? "{}");
    expect(Object.keys(body).length).toBeGreaterThan(0);
    const members = Object.keys(body).filter((name) => name !== buttons);
    expect(Object.keys(jsonOf(file))).toEqual(expect.arrayContaining(members));
  };
const bigquery =
  (kind: string | undefined): Check =>
  async (file) => {
    const status = samples.find((each) => each.file === file)?.status ?? 200;
    expect(classifyBigQuery({ status, json: jsonOf(file) })?.kind).toBe(kind);
  };
const rows =
  (expected: object[]): Check =>
  async (file) => {
    expect(rowsOf(jsonOf(file))).toMatchObject(expected);
  };
/** The rows of each result: one, or one for each statement of a batch. */
const neon =
  (...expected: object[][]): Check =>
  async (file) => {
    const whole = jsonOf(file);
    const results: object[] = whole.results ?? [whole];
    expect(results).toHaveLength(expected.length);
    for (const [at, result] of results.entries()) {
      const server = await serving(ok(result));
      const sql = neonSql({
        databaseUrl: "postgresql://a:b@db.example.org/main",
        fetchEndpoint: `${server.url}/sql`,
      });
      expect(await sql.query("select 1", []).finally(server.stop)).toMatchObject(
        expected[at] ?? [],
      );
    }
  };

const ADA = {
  source: "x",
  id: "1991000000000000101",
  author: "demo_analyst",
  lang: "en",
  postedAt: "2026-11-20T10:00:03.000Z",
};
const CALENDAR = { source: "feeds", author: "Ada", postedAt: "2026-11-20T10:00:00.000Z" };
const FEED = { FEED_URLS: "https://example.org/feed" };
const viaHttpJson = (api: object): Record<string, string> => ({
  HTTP_JSON_SOURCES: JSON.stringify([{ name: "api", url: "https://example.org/a", ...api }]),
});
const EVENT = { source: "cloudevents", author: "/event-stream/default", text: expect.any(String) };

const CHECKS: Record<string, Check> = {
  "x-recent-search.json": async (file) => {
    const { verdict, posts } = await polled("x", X, [
      sample(file),
      ok({ meta: { result_count: 0 } }),
    ]);
    expect(verdict).toEqual({ kind: "partial", reason: "1 referenced posts cannot be seen" });
    expect(posts[0]).toMatchObject({ ...ADA, text: expect.stringContaining(DEMO) });
    expect(posts[0]?.metrics?.likes).toBeGreaterThan(0);
  },
  "x-recent-search-legacy.json": async (file) => {
    const old = await polled("x", { ...X, X_VOCAB: "tweet" }, [
      sample(file),
      ok({ meta: { result_count: 0 } }),
    ]);
    const now = await polled("x", X, [
      sample("x-recent-search.json"),
      ok({ meta: { result_count: 0 } }),
    ]);
    expect(old.posts).toEqual(now.posts);
  },
  "x-user-posts.json": async (file) => {
    const replies = [
      ok({ data: { id: "1500000000000000001" } }),
      sample(file),
      ok({ meta: { result_count: 0 } }),
    ];
    const { posts, sent } = await polled("x", { ...X, X_QUERY: " ", X_USERS: "demo_analyst" }, [
      ok({ meta: { result_count: 0 } }),
      ...replies,
    ]);
    expect(posts[0]).toMatchObject(ADA);
    expect(sent[2]?.url).toContain("/2/users/1500000000000000001/tweets");
  },
  "x-empty.json": async (file) => {
    const cursor = JSON.stringify({ streams: {}, userIds: {} });
    const { verdict, posts } = await polled("x", X, [sample(file)], cursor);
    expect([verdict.kind, posts]).toEqual(["ok", []]);
  },
  "x-usage.json": refused("x", X, "retry"),
  "x-error-400-stale-since-id.json": async (file) => {
    const { posts, sent } = await polled("x", X, [
      sample(file),
      sample("x-recent-search.json"),
      ok({ meta: { result_count: 0 } }),
    ]);
    expect([
      posts.length > 0,
      sent[1]?.url.includes("start_time"),
      sent[1]?.url.includes("since_id"),
    ]).toEqual([true, true, false]);
  },
  "x-error-401.json": refused("x", X, "auth"),
  "x-error-402-credits.json": refused("x", X, "quota"),
  "x-error-429-usage-capped.json": refused("x", X, "quota"),
  "x-error-429.json": refused("x", X, "throttled"),
  "x-error-503.json": refused("x", X, "retry"),
  "x-ratelimit-headers.json": async (file) => {
    const { verdict } = await polled("x", X, [
      { ...sample("x-error-429.json"), headers: jsonOf(file) },
    ]);
    expect(verdict).toMatchObject({
      kind: "throttled",
      delayMs: Math.max(0, Number(jsonOf(file)["x-rate-limit-reset"]) * 1_000 - NOW),
    });
  },
  "apify-dataset-items.json": async (file) => {
    const cursor = JSON.stringify({ step: "reading", datasetId: "d", offset: 0 });
    const { posts, rejected } = await polled("apify", APIFY, [sample(file)], cursor);
    expect([posts.length, rejected]).toEqual([2, 0]);
    expect(posts[0]).toMatchObject({ ...ADA, source: "apify" });
  },
  "apify-run-started.json": async (file) => {
    const { verdict, cursor } = await polled("apify", APIFY, [sample(file)]);
    expect([verdict.kind, JSON.parse(cursor ?? "")]).toEqual([
      "ok",
      { step: "running", runId: jsonOf(file).data.id },
    ]);
  },
  "apify-run-succeeded.json": async (file) => {
    const { cursor } = await polled(
      "apify",
      APIFY,
      [sample(file)],
      JSON.stringify({ step: "running", runId: "r" }),
    );
    expect(JSON.parse(cursor ?? "")).toEqual({
      step: "reading",
      datasetId: jsonOf(file).data.defaultDatasetId,
      offset: 0,
    });
  },
  "apify-input-tweet-scraper.json": requested(() =>
    polled("apify", APIFY, [sample("apify-run-started.json")]),
  ),
  "apify-error-401.json": refused("apify", APIFY, "auth"),
  "apify-error-402.json": refused("apify", APIFY, "quota"),
  "apify-error-404.json": refused("apify", APIFY, "reject"),
  "apify-error-408.json": refused("apify", { ...APIFY, APIFY_MODE: "sync" }, "retry"),
  "apify-error-429.json": refused("apify", APIFY, "throttled"),
  "rss-sample.xml": post("feeds", FEED, [
    {
      ...CALENDAR,
      id: expect.stringMatching(/^example\.org\/[0-9a-f]{8}\/demo-1$/),
      text: expect.stringMatching(/^DEMO lists & pumps\nLong text/),
    },
    { id: expect.stringMatching(/^example\.org\/[0-9a-f]{8}\/https:\/\/example\.org\/2$/) },
  ]),
  "atom-sample.xml": post("feeds", FEED, [
    {
      ...CALENDAR,
      postedAt: "2026-11-20T09:00:00.000Z",
      text: "A & B\nHello",
      url: "https://example.org/a",
    },
  ]),
  "jsonfeed-sample.json": post("feeds", FEED, [
    { ...CALENDAR, text: "DEMO lists\nShort text", url: "https://example.org/1" },
  ]),
  "github-events.json": post("github", { GITHUB_REPOS: "octo-demo/demo=DEMO" }, [
    {
      source: "github",
      symbol: "DEMO",
      author: "octo-demo",
      text: "$DEMO octo-demo/demo released v1.2.0. notes",
    },
  ]),
  "hn-item.json": async (file) => {
    const { posts } = await polled("hackernews", {}, [
      ok([46_000_001]),
      ok(46_000_010),
      sample(file),
    ]);
    expect(posts).toMatchObject([
      { source: "hackernews", id: "46000001", author: "demo", metrics: { likes: 111 } },
    ]);
  },
  "hn-updates.json": refused("hackernews", {}, "retry"),
  "farcaster-casts-by-fid.json": post(
    "http-json",
    viaHttpJson({
      items: "messages",
      map: { id: "hash", text: "data.castAddBody.text", author: "data.fid" },
    }),
    [{ source: "api", author: "2", text: expect.stringContaining("$DEMO") }],
  ),
  "nostr-frames.json": async (file) => {
    const map = { id: "2.id", text: "2.content", author: "2.pubkey", posted_at: "2.created_at" };
    const { posts } = await polled("http-json", viaHttpJson({ map }), [sample(file)]);
    expect(posts).toMatchObject([
      {
        id: "a".repeat(64),
        text: "$DEMO #defi",
        postedAt: new Date(1_795_169_700_000).toISOString(),
      },
    ]);
  },
  "bluesky-author-feed.json": post(
    "http-json",
    viaHttpJson({
      items: "feed",
      map: {
        id: "post.uri",
        text: "post.record.text",
        author: "post.author.handle",
        posted_at: "post.record.createdAt",
      },
    }),
    [{ author: "demo.bsky.social", postedAt: "2026-11-20T10:00:01.102Z" }],
  ),
  "bluesky-jetstream-v1-commit.json": async (file) => {
    const { post: read, timeUs } = readFrame(textOf(file), () => true);
    expect([read?.text, timeUs]).toEqual([jsonOf(file).commit.record.text, jsonOf(file).time_us]);
  },
  "bluesky-jetstream-v1-delete.json": async (file) => {
    expect(readFrame(textOf(file), () => true)).toEqual({
      post: null,
      timeUs: jsonOf(file).time_us,
      leftOut: "not_a_new_post",
    });
  },
  "bluesky-jetstream-v2-message.json": async (file) => {
    expect(readFrame(textOf(file), () => true)).toEqual({
      post: null,
      timeUs: null,
      leftOut: "unreadable_frame",
    });
  },
  "cloudevents-structured.json": async (file) => {
    const read = await received(
      "cloudevents",
      {},
      { "content-type": "application/cloudevents+json" },
      textOf(file),
    );
    expect(read).toMatchObject({
      kind: "refused",
      status: 422,
      errors: [{ path: "text" }],
    });
  },
  "cloudevents-batch.json": async (file) => {
    const events = jsonOf(file).map((event: { data: object }) => ({
      ...event,
      data: { ...event.data, text: "$DEMO" },
    }));
    const read = await received(
      "cloudevents",
      {},
      { "content-type": "application/cloudevents-batch+json" },
      JSON.stringify(events),
    );
    expect(read).toMatchObject({ kind: "posts", posts: events.map(() => EVENT), rejected: [] });
  },
  "cloudevents-binary.json": async (file) => {
    const { headers, body } = jsonOf(file);
    const read = await received(
      "cloudevents",
      {},
      headers,
      JSON.stringify({ ...JSON.parse(body), text: "$DEMO" }),
    );
    expect(read).toMatchObject({
      kind: "posts",
      posts: [{ ...EVENT, postedAt: "2026-11-20T10:00:05.000Z" }],
    });
  },
  "standard-webhooks-vector.json": async (file) => {
    const { secret, previousSecret, headers, body } = jsonOf(file);
    const given = new Map<string, string>(Object.entries(headers));
    const bytes = new TextEncoder().encode(body);
    const more = new TextEncoder().encode(`${body} `);
    const at = Number(headers["webhook-timestamp"]) * 1_000;
    for (const each of [secret, previousSecret])
      expect(await verifyWebhook([each], given, bytes, at)).toBe("genuine");
    expect(await verifyWebhook([secret], given, bytes, at + 301_000)).toBe("expired");
    expect(await verifyWebhook([secret], given, more, at)).toBe("forged");
  },
  "bigquery-query-done.json": rows([
    {
      active_senders: 1_200,
      transfers: 5_310,
      quantity: "123456789012345678901234567890",
      last_ts: "2026-11-20T10:15:01.000Z",
    },
  ]),
  "bigquery-query-done-no-job.json": rows([
    { active_senders: 1_200, quantity: null, last_ts: "2026-11-20T10:15:01.000Z" },
  ]),
  "bigquery-query-running.json": async (file) => {
    const answer = await asked(
      "bigquery",
      [TOKEN, sample("bigquery-dryrun.json"), sample(file)],
      BQ,
    );
    expect([answer.verdict.kind, answer.sent.length]).toEqual(["retry", 7]);
  },
  "bigquery-dryrun.json": async (file) => {
    const answer = await asked(
      "bigquery",
      [TOKEN, sample(file), sample("bigquery-query-done.json")],
      BQ,
    );
    const bodies = answer.sent.slice(1).map(({ body }) => JSON.parse(body ?? "{}"));
    expect(bodies[0].dryRun).toBe(true);
    expect(Number(bodies[1].maximumBytesBilled)).toBeGreaterThan(
      Number(jsonOf(file).totalBytesProcessed),
    );
  },
  "bigquery-get-query-results-page.json": rows([
    { day: "2026-11-20", tags: expect.any(Array), info: expect.anything() },
  ]),
  "bigquery-query-request.json": requested(() =>
    asked(
      "bigquery",
      [TOKEN, sample("bigquery-dryrun.json"), sample("bigquery-query-done.json")],
      BQ,
    ),
  ),
  "bigquery-error-400-invalid-query.json": bigquery("reject"),
  "bigquery-error-401.json": bigquery("reject"),
  "bigquery-error-403-access.json": bigquery("auth"),
  "bigquery-error-403-quota.json": bigquery("quota"),
  "bigquery-error-403-rate-limit.json": bigquery("throttled"),
  "bigquery-error-bytes-billed.json": bigquery("reject"),
  "google-oauth-token.json": async (file) => {
    const answer = await asked("bigquery", [sample(file), sample("bigquery-dryrun.json")], BQ);
    expect(answer.sent.length).toBeGreaterThan(1);
  },
  "google-oauth-error.json": facts("bigquery", "auth", {}, BQ),
  "goplus-token-security.json": facts("goplus", "ok", {
    goplus_risk: "yellow",
    buy_tax: 3,
    sell_tax: 5,
    holder_count: 4_342,
    is_honeypot: 0,
  }),
  "goplus-token-security-honeypot.json": facts("goplus", "ok", {
    goplus_risk: "red",
    is_honeypot: 1,
  }),
  "goplus-token-security-closed-source.json": facts("goplus", "ok", {
    goplus_risk: "yellow",
    is_open_source: 0,
    buy_tax: null,
  }),
  "goplus-token-security-none.json": facts("goplus", "empty", {}),
  "goplus-partial.json": facts("goplus", "partial", { goplus_risk: "unknown", is_open_source: 1 }),
  "goplus-solana-token-security.json": facts(
    "goplus",
    "ok",
    { goplus_risk: expect.stringMatching(/^(green|yellow)$/) },
    {},
    SOLANA_DEMO,
  ),
  "goplus-supported-chains.json": facts("goplus", "empty", {}),
  "goplus-error-2018.json": facts("goplus", "empty", {}),
  "goplus-error-4029.json": facts("goplus", "throttled", {}),
  "goplus-access-token.json": async (file) => {
    const answer = await asked(
      "goplus",
      [sample(file), sample("goplus-token-security.json")],
      GOPLUS_KEYS,
    );
    expect([answer.verdict.kind, answer.sent.length]).toEqual(["ok", 2]);
  },
  "dexscreener-token-pairs-v1.json": facts("dexscreener", "ok", { dex_price_usd: 0.001284 }),
  "dexscreener-token-pairs-none.json": facts("dexscreener", "empty", {}),
  "dexscreener-latest-tokens.json": facts("dexscreener", "ok", { dex_price_usd: 0.001284 }),
  "dexscreener-latest-tokens-none.json": facts("dexscreener", "empty", {}),
  "dexscreener-search.json": async (file) => {
    const found = dominantPair(readPairs(jsonOf(file)) ?? [], { symbol: "DEMO", chain: "eth" });
    expect(found).toMatchObject({ chain: "eth", tokenCa: DEMO, confidence: 0.95 });
  },
  "geckoterminal-token.json": facts("geckoterminal", "ok", {
    dex_price_usd: 0.00128411,
    dex_liquidity: 248_771.0021,
    dex_volume_24h: 184_230.55,
  }),
  "geckoterminal-token-pools.json": post("dex-pools", { DEX_POOLS_CHAINS: "eth" }, [
    { source: "dex-pools", chain: "eth", tokenCa: DEMO, symbol: "DEMO" },
  ]),
  "geckoterminal-error-404.json": facts("geckoterminal", "empty", {}),
  "geckoterminal-error-429.json": async (file) => {
    for (const status of [429, 200]) {
      const answer = await asked("geckoterminal", [{ ...sample(file), status }]);
      expect(answer.verdict.kind).toBe("throttled");
    }
  },
  "telegram-sendmessage-ok.json": delivered("telegram", { chatId: "-100123" }, "ok", {
    externalId: expect.stringMatching(/^\d+$/),
  }),
  "telegram-sendmessage-request.json": requested(
    () => sentTo("telegram", { chatId: "-100123" }, [sample("telegram-sendmessage-ok.json")]),
    "reply_markup",
  ),
  "telegram-webhook-update.json": delivered("telegram", { chatId: "1" }, "retry"),
  "telegram-error-400-chat.json": delivered("telegram", { chatId: "1" }, "reject"),
  "telegram-error-400-parse.json": async (file) => {
    const outcome = await sentTo("telegram", { chatId: "1" }, [
      sample(file),
      sample("telegram-sendmessage-ok.json"),
    ]);
    expect([outcome.verdict.kind, outcome.sent[1]?.body?.includes("parse_mode")]).toEqual([
      "ok",
      false,
    ]);
  },
  "telegram-error-401.json": delivered("telegram", { chatId: "1" }, "auth"),
  "telegram-error-403.json": delivered("telegram", { chatId: "1" }, "gone"),
  "telegram-error-429.json": async (file) => {
    const outcome = await sentTo("telegram", { chatId: "1" }, [sample(file)]);
    expect(outcome.verdict).toMatchObject({
      kind: "throttled",
      delayMs: jsonOf(file).parameters.retry_after * 1_000,
    });
  },
  "telegram-error-migrate.json": async (file) => {
    const outcome = await sentTo("telegram", { chatId: "-1" }, [
      sample(file),
      sample("telegram-sendmessage-ok.json"),
    ]);
    expect(outcome.moved).toEqual({ chatId: String(jsonOf(file).parameters.migrate_to_chat_id) });
  },
  "discord-webhook-ok-wait.json": delivered("discord", hook.discord, "ok", {
    externalId: expect.stringMatching(/^\d+$/),
  }),
  "discord-webhook-request.json": requested(
    () => sentTo("discord", hook.discord, [sample("discord-webhook-ok-wait.json")]),
    "components",
  ),
  "discord-429.json": async (file) => {
    const { status, headers, body } = jsonOf(file);
    const outcome = await sentTo("discord", hook.discord, [
      { status, headers, text: JSON.stringify(body) },
    ]);
    expect(outcome.verdict.kind).toBe("throttled");
    expect(outcome.verdict.delayMs).toBeGreaterThan(500);
  },
  "discord-error-400.json": delivered("discord", hook.discord, "reject"),
  "discord-error-401.json": delivered("discord", hook.discord, "gone"),
  "discord-error-404.json": delivered("discord", hook.discord, "gone"),
  "slack-webhook-request.json": requested(() => sentTo("slack", hook.slack, [{ text: "ok" }])),
  "slack-webhook-responses.json": async (file) => {
    const { ok: good, errors } = jsonOf(file);
    const kinds = await Promise.all(
      [good, ...errors].map(async ({ status, headers, body }) => [
        status,
        (await sentTo("slack", hook.slack, [{ status, headers, text: body }])).verdict.kind,
      ]),
    );
    const expected: Record<number, string> = {
      200: "ok",
      400: "reject",
      403: "gone",
      404: "gone",
      410: "gone",
      429: "throttled",
      500: "retry",
    };
    expect(kinds).toEqual(kinds.map(([status]) => [status, expected[status]]));
  },
  "resend-send-ok.json": delivered("email", mail("resend"), "ok"),
  "resend-send-request.json": requested(() =>
    sentTo("email", mail("resend"), [sample("resend-send-ok.json")]),
  ),
  "resend-error-422.json": delivered("email", mail("resend"), "reject"),
  "resend-error-429.json": delivered("email", mail("resend"), "throttled"),
  "postmark-send-ok.json": delivered("email", mail("postmark"), "ok"),
  "postmark-error-422.json": delivered("email", mail("postmark"), "reject"),
  "neon-response-single.json": neon([
    { id: 7, n: "9007199254740993", ok: true, num: "12.50" },
    { id: 8, n: null },
  ]),
  "neon-response-batch.json": neon(
    [
      { id: 7, js: { a: 1 } },
      { id: 8, js: null },
    ],
    [],
  ),
  "neon-response-ddl.json": neon([]),
  "neon-error-400.json": async (file) => {
    const server = await serving(sample(file));
    const sql = neonSql({
      databaseUrl: "postgresql://a:b@db.example.org/main",
      fetchEndpoint: `${server.url}/sql`,
    });
    const error = await sql
      .query("select 1", [])
      .catch((caught: unknown) => caught)
      .finally(server.stop);
    expect([error instanceof StoreUnavailable, (error as { code?: string }).code]).toEqual([
      false,
      "23505",
    ]);
  },
  "neon-wire.json": async (file) => {
    const server = await serving(sample("neon-response-single.json"));
    const sql = neonSql({
      databaseUrl: "postgresql://a:b@db.example.org/main",
      fetchEndpoint: `${server.url}/sql`,
    });
    await sql.query("select 1", []).finally(server.stop);
    const own = Object.keys(jsonOf(file).requests[0].headers).filter((name) =>
      name.startsWith("neon-"),
    );
    expect(Object.keys(server.requests[0]?.headers ?? {})).toEqual(expect.arrayContaining(own));
  },
  "upstash-wire.json": async (file) => {
    const [port = 0] = await freePorts(1);
    const stop = await serveUpstash({ port, token: "TOK" });
    try {
      for (const { url, headers, body } of jsonOf(file).requests) {
        const { authorization } = headers;
        const reply = await fetch(`http://127.0.0.1:${port}${url}`, {
          method: "POST",
          headers: { authorization },
          body: JSON.stringify(body),
        });
        expect(await reply.text()).not.toMatch(/unknown command/i);
      }
    } finally {
      stop();
    }
  },
};

const absent = samples.length === 0;
if (absent)
  console.log(
    "the samples of the providers are not here: their tests are skipped (PROVIDER_SAMPLES names " +
      "the folder)",
  );

describe.skipIf(absent)("samples of the providers", () => {
  it("have a check each, and none is checked that is not there", () => {
    expect(sampleFiles().toSorted()).toEqual(Object.keys(CHECKS).toSorted());
  });

  it.each(Object.entries(CHECKS))("%s", async (file, check) => check(file));
});
