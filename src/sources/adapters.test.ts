import { describe, expect, it } from "vitest";
import { localGate } from "../kit/local-gate.ts";
import { apify } from "./apify.ts";
import { bigquery } from "./bigquery.ts";
import { dexPools } from "./dex-pools.ts";
import { feeds } from "./feeds.ts";
import { hackernews } from "./hackernews.ts";
import { httpJson } from "./http-json.ts";
import type { Env, Source } from "./source.ts";
import { x } from "./x.ts";

const NOW = Date.UTC(2026, 10, 20, 10);
const DAY_MS = 86_400_000;
const snowflake = (time: number): string => ((BigInt(time) - 1_288_834_974_657n) << 22n).toString();

type Asked = { url: URL; headers: Record<string, string>; body: string };

/** Polls a source whose service is one function. */
function reader(source: Source, env: Env, service: (asked: Asked) => unknown) {
  const calls: Asked[] = [];
  const ports = {
    async fetch(url: string, init: RequestInit) {
      const asked = { url: new URL(url), headers: init.headers as Record<string, string>, body: String(init.body ?? "") };
      calls.push(asked);
      const answer = service(asked);
      return answer instanceof Response ? answer : Response.json(answer);
    },
    now: () => NOW,
    sleep: async () => undefined,
    gate: localGate(() => NOW),
  };
  const on = source.configure(env);
  if (on.kind === "off" || on.poll === undefined) throw new Error(on.kind === "off" ? on.why : "not polled");
  const { poll } = on;
  return { calls, read: (cursor: string | null = null, since: string | null = null) => poll({ cursor, since }, ports) };
}

describe("X", () => {
  const X = { X_BEARER_TOKEN: "token" };
  const streams = (sinceId: string) => JSON.stringify({ streams: { q: { sinceId, rest: null } }, userIds: {} });
  const tweet = (at: number) => ({ id: snowflake(at), text: "$DEMO", created_at: new Date(at).toISOString() });

  it("asks from a time on, when its last post is older than the week that X keeps", async () => {
    const { read, calls } = reader(x, { ...X, X_QUERY: "q" }, () => ({ meta: { result_count: 0 } }));
    await read(streams(snowflake(NOW - 8 * DAY_MS)));
    await read(streams(snowflake(NOW - 6 * DAY_MS)));
    const bounds = calls.map(({ url }) => [url.searchParams.has("since_id"), url.searchParams.get("start_time")]);
    expect(bounds).toEqual([
      [false, "2026-11-13T11:00:00.000Z"],
      [true, null],
    ]);
  });

  it("starts anew when X refuses the id all the same, once and not for ever", async () => {
    const stale = () =>
      Response.json(
        { title: "Invalid Request", errors: [{ parameters: { since_id: ["1"] }, message: "must be created after" }] },
        { status: 400 },
      );
    const healed = reader(x, { ...X, X_QUERY: "q" }, ({ url }) =>
      url.searchParams.has("since_id")
        ? stale()
        : { data: [tweet(NOW - 1_000)], meta: { result_count: 1, newest_id: snowflake(NOW - 1_000) } },
    );
    const { posts, cursor } = await healed.read(streams(snowflake(NOW - DAY_MS)));
    expect([posts.length, JSON.parse(cursor ?? "").streams.q.sinceId]).toEqual([1, snowflake(NOW - 1_000)]);
    const broken = reader(x, { ...X, X_QUERY: "q" }, stale);
    expect((await broken.read(streams(snowflake(NOW - DAY_MS)))).verdict.kind).toBe("reject");
    expect(broken.calls).toHaveLength(2);
  });

  it("goes on where the limit of pages cut it short, under the same bound, and only then moves its id", async () => {
    const page = (token: number) => ({
      data: [tweet(NOW - token * 1_000)],
      meta: { result_count: 1, newest_id: snowflake(NOW - token * 1_000), ...(token < 5 && { next_token: `${token + 1}` }) },
    });
    const { read, calls } = reader(x, { ...X, X_QUERY: "q" }, ({ url }) => page(Number(url.searchParams.get("next_token") ?? 1)));
    const old = snowflake(NOW - DAY_MS);
    const first = await read(streams(old));
    expect([first.posts.length, first.more, JSON.parse(first.cursor ?? "").streams.q.sinceId]).toEqual([3, true, old]);
    const second = await read(first.cursor);
    expect([second.posts.length, second.more]).toEqual([2, false]);
    expect(JSON.parse(second.cursor ?? "").streams.q).toEqual({ sinceId: snowflake(NOW - 1_000), rest: null });
    expect(calls.every(({ url }) => url.searchParams.get("since_id") === old)).toBe(true);
  });

  it("takes the newest page alone when it has read nothing yet, and all after it from then on", async () => {
    const { read, calls } = reader(x, { ...X, X_QUERY: "q" }, () => ({
      data: [tweet(NOW - 1_000)],
      meta: { result_count: 1, newest_id: snowflake(NOW - 1_000), next_token: "older" },
    }));
    const { cursor } = await read();
    expect([calls.length, JSON.parse(cursor ?? "").streams.q]).toEqual([1, { sinceId: snowflake(NOW - 1_000), rest: null }]);
    await read(cursor);
    expect(calls.slice(1).map(({ url }) => url.searchParams.get("next_token"))).toEqual([null, "older", "older"]);
  });

  it("begins its pages again when X no longer knows the token, under the same bound", async () => {
    const old = snowflake(NOW - DAY_MS);
    const rest = { nextToken: "gone", newestId: snowflake(NOW - 9_000), bound: { since_id: old } };
    const { read, calls } = reader(x, { ...X, X_QUERY: "q" }, ({ url }) =>
      url.searchParams.has("next_token")
        ? Response.json({ title: "Invalid Request", errors: [{ parameters: { next_token: ["gone"] } }] }, { status: 400 })
        : { data: [tweet(NOW - 1_000)], meta: { result_count: 1, newest_id: snowflake(NOW - 1_000) } },
    );
    const { cursor } = await read(JSON.stringify({ streams: { q: { sinceId: old, rest } }, userIds: {} }));
    expect(calls.map(({ url }) => url.searchParams.get("since_id"))).toEqual([old, old]);
    expect(JSON.parse(cursor ?? "").streams.q).toEqual({ sinceId: snowflake(NOW - 1_000), rest: null });
  });

  it("uses what came beside problems about single posts, and says when an account cannot be seen", async () => {
    const errors = [{ title: "Not Found Error", type: "https://api.x.com/2/problems/resource-not-found" }];
    const some = { data: [tweet(NOW)], errors, meta: { result_count: 1, newest_id: snowflake(NOW) } };
    const found = await reader(x, { ...X, X_QUERY: "q" }, () => some).read();
    expect([found.posts.length, found.verdict.kind, JSON.parse(found.cursor ?? "").streams.q.sinceId]).toEqual([
      1,
      "partial",
      snowflake(NOW),
    ]);
    const hidden = await reader(x, { ...X, X_QUERY: " ", X_USERS: "nobody" }, ({ url }) =>
      url.pathname.includes("/by/username/") ? { errors } : { meta: { result_count: 0 } },
    ).read();
    expect(hidden.verdict).toEqual({ kind: "reject", reason: "X shows none of it: no such account, suspended or protected" });
  });

  it("reads timelines, and looks a handle up once", async () => {
    const { read, calls } = reader(x, { ...X, X_QUERY: " ", X_USERS: "ada" }, ({ url }) =>
      url.pathname.includes("/by/username/")
        ? { data: { id: "7" } }
        : { data: [tweet(NOW)], meta: { result_count: 1, newest_id: snowflake(NOW) } },
    );
    const { cursor } = await read();
    await read(cursor);
    const paths = calls.map(({ url }) => url.pathname);
    expect(paths.filter((path) => path.includes("/by/username/"))).toHaveLength(1);
    expect(paths.filter((path) => path === "/2/users/7/tweets")).toHaveLength(2);
  });
});

describe("Apify", () => {
  const APIFY = { APIFY_TOKEN: "token", APIFY_DAILY_USD: "0.1" };
  const run = { id: "r", status: "RUNNING", defaultDatasetId: "d", startedAt: new Date(NOW).toISOString() };

  it.each([500, 408])("looks for its run after HTTP %i to a start, before it pays for another", async (status) => {
    const { read, calls } = reader(apify, APIFY, ({ url }) =>
      url.pathname.endsWith("/runs") && url.searchParams.has("desc") ? { data: { items: [run] } } : new Response("", { status }),
    );
    const lost = await read();
    expect(JSON.parse(lost.cursor ?? "")).toEqual({ step: "starting", at: NOW });
    expect(JSON.parse((await read(lost.cursor)).cursor ?? "")).toEqual({ step: "running", runId: "r" });
    expect(calls.map(({ url }) => url.searchParams.get("maxTotalChargeUsd"))).toEqual(["0.05", null]);
  });

  it("counts a start that may have been carried out against the day's budget, and a refused one not", async () => {
    const starts = async (status: number) => {
      const { read, calls } = reader(apify, APIFY, () => new Response("{}", { status }));
      for (let poll = 0; poll < 4; poll++) await read();
      return calls.length;
    };
    expect([await starts(500), await starts(400)]).toEqual([2, 4]);
  });

  it("tells what a run came to", async () => {
    const data = { ...run, status: "TIMED-OUT", usageTotalUsd: 0.0082 };
    const { verdict, cursor } = await reader(apify, APIFY, () => ({ data })).read(
      JSON.stringify({ step: "running", runId: "r" }),
    );
    expect([verdict, JSON.parse(cursor ?? "").step]).toEqual([{ kind: "ok", reason: "run TIMED-OUT, cost $0.0082" }, "reading"]);
  });
});

describe("feeds", () => {
  const FEED = { FEED_URLS: "https://example.org/feed" };
  const rss = (title: string, more = "", guid = "1") =>
    `<?xml version="1.0" encoding="windows-1251"?><rss><channel>${more}<item><guid>${guid}</guid><title>${title}</title></item></channel></rss>`;

  it("are read in the charset that they declare", async () => {
    const bytes = Uint8Array.from(rss("%%"), (letter) => (letter === "%" ? 0xc1 : letter.charCodeAt(0)));
    const read = (headers: Record<string, string>) => reader(feeds, FEED, () => new Response(bytes, { headers })).read();
    expect((await read({})).posts[0]?.text).toBe("ББ");
    expect((await read({ "content-type": "text/xml; charset=iso-8859-1" })).posts[0]?.text).toBe("ÁÁ");
    expect((await read({ "content-type": "text/xml; charset=of-mars" })).posts[0]?.text).toHaveLength(2);
  });

  it("are left alone for as long as they ask, at most an hour", async () => {
    const until = async (ttl: string) => {
      const { cursor } = await reader(feeds, FEED, () => new Response(rss("a", `<ttl>${ttl}</ttl>`))).read();
      return (JSON.parse(cursor ?? "")["https://example.org/feed"].restUntil - NOW) / 60_000;
    };
    expect([await until("15"), await until("1440"), await until("soon")]).toEqual([15, 60, 0]);
  });

  it("keep long ids apart", async () => {
    const long = "x".repeat(300);
    const ids = await Promise.all(
      ["a", "b"].map(
        async (end) => (await reader(feeds, FEED, () => new Response(rss("t", "", long + end))).read()).posts[0]?.id,
      ),
    );
    expect(new Set(ids).size).toBe(2);
  });
});

describe("any JSON API", () => {
  const api = (more: object) => ({
    HTTP_JSON_TOKEN: "the secret",
    HTTP_JSON_SOURCES: JSON.stringify([
      {
        name: "api",
        url: "https://a.test/items?sort=new",
        items: "data.list",
        map: { id: "nr", text: "body.words", posted_at: "at" },
        ...more,
      },
    ]),
  });
  const item = (nr: number) => ({ nr, body: { words: `$DEMO ${nr}` }, at: 1_795_160_000 + nr });

  it("is read by a map, whatever form its times have", async () => {
    const times = [1_795_166_100, 1_795_166_100_000, "1795166100", "2026-11-20T09:15:00Z"];
    const list = times.map((at, i) => ({ ...item(i), at }));
    const { posts, rejected } = await reader(httpJson, api({}), () => ({ data: { list: [...list, { nr: 9 }, 7, null] } })).read();
    expect(posts.map(({ postedAt }) => postedAt)).toEqual(times.map(() => "2026-11-20T09:15:00.000Z"));
    expect([posts[0]?.source, posts[0]?.author, posts[0]?.text, rejected]).toEqual(["api", "api", "$DEMO 0", 3]);
  });

  it("is asked with its secrets, after the greatest id, and with the tag of the last answer", async () => {
    const more = { headers: { authorization: "Bearer ${HTTP_JSON_TOKEN}" }, cursor: { param: "after", from: "max:id" } };
    const { read, calls } = reader(httpJson, api(more), () =>
      Response.json({ data: { list: [item(9), item(10)] } }, { headers: { etag: '"v1"' } }),
    );
    const { cursor } = await read();
    await read(cursor);
    expect(calls.map(({ url }) => url.searchParams.get("after"))).toEqual([null, "10"]);
    expect(calls[1]?.url.searchParams.get("sort")).toBe("new");
    expect(calls.map(({ headers }) => [headers.authorization, headers["if-none-match"]])).toEqual([
      ["Bearer the secret", undefined],
      ["Bearer the secret", '"v1"'],
    ]);
    expect(cursor).not.toContain("secret");
  });

  it("may name the next page in its answer", async () => {
    const more = { cursor: { param: "page", from: "path:meta.next" } };
    const { read, calls } = reader(httpJson, api(more), () => ({ data: { list: [item(1)] }, meta: { next: "abc" } }));
    await read((await read()).cursor);
    expect(calls[1]?.url.searchParams.get("page")).toBe("abc");
  });

  it("gives items without an id the hash of what they are", async () => {
    const { posts } = await reader(httpJson, api({ map: { text: "body.words" } }), () => ({
      data: { list: [item(1), item(1), item(2)] },
    })).read();
    expect(new Set(posts.map(({ id }) => id)).size).toBe(2);
  });

  it.each([
    ["a path that is none", { items: "a..b" }, "HTTP_JSON_SOURCES"],
    ["a name that is none", { name: "A B" }, "HTTP_JSON_SOURCES"],
    ["an address of another kind", { url: "file:///etc/passwd" }, "HTTP_JSON_SOURCES"],
  ])("is off, and says which setting is wrong: %s", (_, more, setting) => {
    const state = httpJson.configure(api(more));
    expect(state.kind === "off" && state.why).toContain(setting);
  });
});

describe("Hacker News", () => {
  const ids = Array.from({ length: 60 }, (_, i) => i + 1);
  const story = (id: number) => ({ id, by: "ada", time: NOW / 1_000 - (60 - id) * 60, title: `Story ${id}` });
  const service = ({ url }: Asked) =>
    url.pathname.endsWith("newstories.json") ? ids : story(Number(/(\d+)\.json$/.exec(url.pathname)?.[1]));

  it("reads on from its last story, the oldest first", async () => {
    const { posts, cursor } = await reader(hackernews, {}, service).read("10");
    expect([posts[0]?.id, posts.length, cursor]).toEqual(["11", 25, "35"]);
  });

  it("reads a backfill backwards, and stops at its time", async () => {
    const { read } = reader(hackernews, {}, service);
    const since = new Date(NOW - 30 * 60_000).toISOString();
    const first = await read(null, since);
    const second = await read(first.cursor, since);
    expect([first.posts.length, first.more, second.posts.length, second.more]).toEqual([25, true, 6, false]);
  });
});

it("asks CoinGecko's own door when it has a key for it", async () => {
  const asked = async (env: Env) => {
    const { read, calls } = reader(dexPools, { DEX_POOLS_CHAINS: "eth", ...env }, () => ({ data: [] }));
    await read();
    return [calls[0]?.url.host, calls[0]?.headers["x-cg-demo-api-key"]];
  };
  expect(await asked({})).toEqual(["api.geckoterminal.com", undefined]);
  expect(await asked({ COINGECKO_API_KEY: "k" })).toEqual(["api.coingecko.com", "k"]);
});

describe("new pools", () => {
  const DEPTH = { reserve_in_usd: "50000" };
  const pool = (minute: number) => ({
    id: `eth_0x${minute}`,
    attributes: { name: `T${minute} / WETH`, pool_created_at: new Date(NOW - minute * 60_000).toISOString(), ...DEPTH },
    relationships: { base_token: { data: { id: `eth_0x${minute}` } } },
  });
  const page = ({ url }: Asked) => {
    const from = (Number(url.searchParams.get("page")) - 1) * 20;
    return { data: Array.from({ length: 20 }, (_, i) => pool(from + i)) };
  };
  const ENV = { DEX_POOLS_CHAINS: "eth" };

  const at = (minute: number) => new Date(NOW - minute * 60_000).toISOString();

  it("are read page by page back to what was reached, and those of its very second that were not known", async () => {
    const { read, calls } = reader(dexPools, ENV, page);
    const known = await read(JSON.stringify({ eth: { at: at(30), ids: ["eth_0x30"] } }));
    expect([known.posts.length, calls.length]).toEqual([30, 2]);
    expect(JSON.parse(known.cursor ?? "").eth).toEqual({ at: at(0), ids: ["eth_0x0"] });
    expect((await read(known.cursor)).posts).toEqual([]);
    expect((await read(JSON.stringify({ eth: { at: at(0), ids: ["another"] } }))).posts).toHaveLength(1);
  });

  it("stay before a page that failed, so that no pool falls into the gap", async () => {
    const { read } = reader(dexPools, ENV, (asked) =>
      asked.url.searchParams.get("page") === "2" ? new Response("", { status: 500 }) : page(asked),
    );
    const before = { eth: { at: at(30), ids: [] } };
    const { posts, cursor, verdict } = await read(JSON.stringify(before));
    expect([posts.length, JSON.parse(cursor ?? ""), verdict.kind]).toEqual([20, before, "retry"]);
  });
});

describe("a query of BigQuery", () => {
  const fields = ["id", "text", "posted_at"].map((name) => ({ name, type: name === "posted_at" ? "TIMESTAMP" : "STRING" }));
  const row = (at: number, id: string) => ({ f: [id, "$DEMO moved", String(at * 1_000)].map((v) => ({ v })) });
  const KEY = crypto.subtle.generateKey(
    { name: "RSASSA-PKCS1-v1_5", modulusLength: 2_048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
    true,
    ["sign"],
  );

  async function account() {
    const der = new Uint8Array(await crypto.subtle.exportKey("pkcs8", (await KEY).privateKey));
    const pem = `-----BEGIN PRIVATE KEY-----\n${btoa(String.fromCharCode(...der))}\n-----END PRIVATE KEY-----`;
    return {
      BQ_SOURCE_SQL: "SELECT id, text, posted_at FROM `p.d.t` -- all of it",
      GCP_SA_JSON: JSON.stringify({ client_email: "a@b.c", private_key: pem, project_id: "p" }),
    };
  }

  async function setUp(rows: unknown[]) {
    const set = reader(bigquery, await account(), ({ url, body }) => {
      if (url.pathname === "/token") return { access_token: "t", expires_in: 3_600 };
      const common = { jobComplete: true, schema: { fields }, totalBytesProcessed: "1000" };
      return JSON.parse(body).dryRun ? common : { ...common, rows, totalRows: String(rows.length) };
    });
    const params = () =>
      Object.fromEntries(
        JSON.parse(set.calls.at(-1)?.body ?? "{}").queryParameters.map(
          (each: { name: string; parameterValue: { value: string } }) => [each.name, each.parameterValue.value],
        ),
      );
    return { ...set, params };
  }

  it("gives a post a row, and looks again at the last hours, because rows come late", async () => {
    const { read, params } = await setUp([row(NOW - 5_000, "a"), row(NOW - 1_000, "b")]);
    const { posts, cursor, more } = await read();
    expect(posts).toMatchObject([{ source: "bigquery", id: "a", author: "bigquery", text: "$DEMO moved" }, { id: "b" }]);
    expect([more, params()]).toEqual([false, { since: new Date(NOW - DAY_MS).toISOString(), after: "" }]);
    await read(cursor);
    expect(params()).toEqual({ since: new Date(NOW - 1_000 - 2 * 3_600_000).toISOString(), after: "" });
  });

  it("goes on exactly after the last row of a poll that was full", async () => {
    const full = Array.from({ length: 1_000 }, (_, i) => row(NOW - 1_000, `id-${String(i).padStart(4, "0")}`));
    const { read, params } = await setUp(full);
    const { cursor, more } = await read(null, "2026-11-01T00:00:00.000Z");
    expect([more, params().since]).toEqual([true, "2026-11-01T00:00:00.000Z"]);
    await read(cursor, "2026-11-01T00:00:00.000Z");
    expect(params()).toEqual({ since: new Date(NOW - 1_000).toISOString(), after: "id-0999" });
  });

  it("renews its token once when it is refused, and then tells the breaker that the account is", async () => {
    const { read, calls } = reader(bigquery, await account(), ({ url }) =>
      url.pathname === "/token" ? { access_token: "t", expires_in: 3_600 } : new Response("<html>", { status: 401 }),
    );
    expect((await read()).verdict).toMatchObject({ kind: "auth" });
    expect(calls.map(({ url }) => url.pathname.split("/").at(-1))).toEqual(["token", "queries", "token", "queries"]);
    expect((await read()).verdict.reason).toBe("breaker open after auth");
  });

  it("keeps its cursor when the query fails or finds nothing", async () => {
    const cursor = JSON.stringify({ at: "2026-11-20T09:00:00.000Z", id: "a", behind: false });
    expect((await (await setUp([])).read(cursor)).cursor).toBe(cursor);
  });
});
