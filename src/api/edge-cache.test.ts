import { beforeEach, describe, expect, it } from "vitest";
import { edgeCache } from "./edge-cache.ts";

const URL = "https://example.com/events?limit=2";
let now: number;
let made: number;
let deferred: Promise<unknown>[];
let held: Map<string, Response>;
let cached: ReturnType<typeof edgeCache>;

beforeEach(() => {
  now = Date.UTC(2026, 0, 15);
  made = 0;
  deferred = [];
  held = new Map();
  const store = {
    match: async ({ url }: Request) => held.get(url)?.clone(),
    put: async ({ url }: Request, response: Response) => void held.set(url, response),
  };
  cached = edgeCache(
    store,
    () => now,
    (work) => void deferred.push(work),
  );
});

const answerWith =
  (headers: Record<string, string>, status = 200) =>
  async () =>
    new Response(`answer ${++made}`, { status, headers: { ETag: `W/"${made}"`, ...headers } });
const PUBLIC = answerWith({ "Cache-Control": "public, s-maxage=5, stale-while-revalidate=30" });

async function get(
  seconds: number,
  answer: Parameters<typeof cached>[1] = PUBLIC,
  headers: Record<string, string> = {},
): Promise<Response> {
  now = Date.UTC(2026, 0, 15) + seconds * 1000;
  const response = await cached(new Request(URL, { headers }), answer);
  await Promise.all(deferred);
  return response;
}
const text = async (...asked: Parameters<typeof get>) => (await get(...asked)).text();

describe("the cache of a data centre", () => {
  it("answers again without asking for five seconds", async () => {
    expect([await text(0), await text(1), await text(4.9)]).toEqual([
      "answer 1",
      "answer 1",
      "answer 1",
    ]);
    const { headers } = await get(3);
    expect([headers.get("Age"), headers.get("Cache-Control")]).toEqual([
      "3",
      "public, s-maxage=5, stale-while-revalidate=30",
    ]);
    expect([...headers.keys()]).toEqual(["age", "cache-control", "content-type", "etag"]);
  });

  it("answers the old one while it makes a new one, once", async () => {
    await get(0);
    now += 6_000;
    const together = await Promise.all([1, 2, 3].map(() => cached(new Request(URL), PUBLIC)));
    expect(await Promise.all(together.map((response) => response.text()))).toEqual([
      "answer 1",
      "answer 1",
      "answer 1",
    ]);
    await Promise.all(deferred);
    expect([await text(7), made]).toEqual(["answer 2", 2]);
  });

  it("keeps a copy no longer than both times together", async () => {
    await get(0);
    expect(held.get(URL)?.headers.get("Cache-Control")).toBe("public, max-age=35");
  });

  it("answers 304 to a client that has it", async () => {
    await get(0);
    const response = await get(1, PUBLIC, { "If-None-Match": 'W/"1"' });
    expect([response.status, await response.text(), response.headers.get("ETag")]).toEqual([
      304,
      "",
      'W/"1"',
    ]);
  });

  it("keeps a copy also when everyone asks only for what changed", async () => {
    const answer = async ({ headers }: Request) => {
      made++;
      const said = {
        ETag: 'W/"same"',
        "Cache-Control": "public, s-maxage=5, stale-while-revalidate=30",
      };
      const known = headers.get("If-None-Match") === said.ETag;
      return new Response(known ? null : "same", { status: known ? 304 : 200, headers: said });
    };
    const poll = async (seconds: number) =>
      (await get(seconds, answer, { "If-None-Match": 'W/"same"' })).status;
    expect([await poll(0), await poll(1), await poll(6), await poll(7), await poll(12)]).toEqual([
      304, 304, 304, 304, 304,
    ]);
    expect(made).toBe(3);
    expect([await text(13, answer), made]).toEqual(["same", 3]);
  });

  it("never keeps what a key opened, nor an error, nor what must not be stored", async () => {
    await get(0, PUBLIC, { Authorization: "Bearer ess_a.b" });
    await get(0, answerWith({ "Cache-Control": "private, no-store" }));
    await get(0, answerWith({ "Cache-Control": "public, s-maxage=5" }, 503));
    expect(held.size).toBe(0);
    await get(0);
    expect(await text(1, PUBLIC, { Authorization: "Bearer ess_a.b" })).not.toBe("answer 4");
  });

  it("goes on without a cache that fails", async () => {
    const broken = {
      match: () => Promise.reject(new Error("out")),
      put: () => Promise.reject(new Error("out")),
    };
    cached = edgeCache(
      broken,
      () => now,
      (work) => void deferred.push(work),
    );
    expect([await text(0), await text(1)]).toEqual(["answer 1", "answer 2"]);
  });

  it("keeps the old answer when the new one fails", async () => {
    await get(0);
    await get(6, () => Promise.reject(new Error("out")));
    expect(await text(7)).toBe("answer 1");
  });
});
