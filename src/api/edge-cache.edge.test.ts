import { expect, it } from "vitest";
import { type EdgeStore, edgeCache } from "./edge-cache.ts";

/** workerd has it; the types of a browser do not. */
const platform = caches as unknown as { default: EdgeStore };

it("keeps answers in the platform's own cache, through both of their times", async () => {
  let now = Date.now();
  let made = 0;
  const deferred: Promise<unknown>[] = [];
  const cached = edgeCache(
    platform.default,
    () => now,
    (work) => void deferred.push(work),
  );
  const headers = {
    "Cache-Control": "public, s-maxage=5, stale-while-revalidate=30",
    Vary: "Authorization",
    ETag: 'W/"1"',
  };
  const answer = async () => new Response(`answer ${++made}`, { headers });
  const get = async (given: Record<string, string> = {}) => {
    const response = await cached(
      new Request("https://example.com/signals?limit=2", { headers: given }),
      answer,
    );
    const text = await response.text();
    await Promise.all(deferred.splice(0));
    return [response.status, text, response.headers.get("Cache-Control")];
  };
  const said = headers["Cache-Control"];
  expect([await get(), await get()]).toEqual([
    [200, "answer 1", said],
    [200, "answer 1", said],
  ]);
  expect(await get({ "If-None-Match": 'W/"1"' })).toEqual([304, "", said]);
  expect(await get({ Authorization: "Bearer ess_a.b" })).toEqual([200, "answer 2", said]);
  now += 6_000;
  expect(await get()).toEqual([200, "answer 1", said]);
  expect(await get()).toEqual([200, "answer 3", said]);
});
