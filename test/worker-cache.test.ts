import { beforeEach, describe, expect, it } from "vitest";
import { type ApiPorts, apiApp, apiRoutes } from "../src/api/app.ts";
import { answerTags, changedTags } from "../src/api/cache-tags.ts";
import { EXAMPLE_EVENT } from "../src/api/routes/examples.ts";
import { ADMIN_KEY } from "./support/api.ts";
import { liveSignal } from "./support/live-signal.ts";
import { storedPorts } from "./support/stored-api.ts";
import { workerCache } from "./support/worker-cache.ts";

const START = Date.UTC(2026, 0, 15);
const AS_ADMIN = { Authorization: `Bearer ${ADMIN_KEY}` };
const ONE = `/signals/${encodeURIComponent(EXAMPLE_EVENT)}`;
const CHANGED = liveSignal({ eventKey: EXAMPLE_EVENT });

let now: number;
let runs: number;
let fails: boolean;
let ports: ApiPorts;
let cache: ReturnType<typeof workerCache>;

function cacheBefore(given: ApiPorts): typeof cache {
  const app = apiApp(given);
  return workerCache(
    async (request) => {
      runs++;
      return fails ? new Response("out", { status: 503 }) : app.fetch(request);
    },
    () => now,
  );
}

beforeEach(async () => {
  now = START;
  runs = 0;
  fails = false;
  ports = await storedPorts();
  cache = cacheBefore(ports);
});

const ask = async (path: string, headers?: Record<string, string>) => {
  const { status } = await cache.ask(path, headers);
  await cache.settled();
  return status;
};
const at = (seconds: number) => {
  now = START + seconds * 1000;
};

describe("a public read, with the platform's cache before the Worker", () => {
  it("runs no code while it is fresh, whatever host and method it is asked by", async () => {
    expect([await ask("/signals"), await ask("/signals")]).toEqual(["MISS", "HIT"]);
    at(4);
    expect([await ask("/signals"), runs]).toEqual(["HIT", 1]);
    expect((await cache.ask("/signals", {}, "HEAD")).status).toBe("HIT");
  });

  it("is given again while a new one is made, once, and is compared by its ETag", async () => {
    await ask(ONE);
    at(6);
    const together = await Promise.all([1, 2, 3].map(() => cache.ask(ONE)));
    expect(together.map(({ status }) => status)).toEqual(["UPDATING", "UPDATING", "UPDATING"]);
    await cache.settled();
    expect([await ask(ONE), runs]).toEqual(["HIT", 2]);
    at(60);
    expect(await ask(ONE)).toBe("REVALIDATED");
  });

  it("is still answered for ten minutes while the Worker cannot", async () => {
    await ask("/signals");
    fails = true;
    at(500);
    const { response, status } = await cache.ask("/signals");
    expect([status, response.status]).toEqual(["STALE", 200]);
    at(700);
    expect((await cache.ask("/signals")).response.status).toBe(503);
  });

  it("says nothing of the caller that it was made for", async () => {
    const { response } = await cache.ask("/signals", { "CF-Connecting-IP": "203.0.113.9" });
    const said = [...response.headers.keys()].filter((name) => /ratelimit|request-id/.test(name));
    expect([said, response.headers.get("Cache-Control")]).toEqual([[], "public, no-cache"]);
    const app = apiApp(ports);
    const keyed = await app.request("/signals", {
      headers: { ...AS_ADMIN, "CF-Connecting-IP": "203.0.113.9" },
    });
    expect(keyed.headers.has("RateLimit")).toBe(true);
    expect(keyed.headers.has("X-Request-Id")).toBe(true);
  });
});

describe("what is not public, with that cache before the Worker", () => {
  it("is never stored, and a kept public answer is not given to a key", async () => {
    await ask("/signals");
    expect([await ask("/signals", AS_ADMIN), await ask("/signals", AS_ADMIN)]).toEqual([
      "BYPASS",
      "BYPASS",
    ]);
    expect((await cache.ask("/signals", { Authorization: "Bearer wrong" })).response.status).toBe(
      401,
    );
    expect(await ask("/signals")).toBe("HIT");
  });

  it("holds for every route: stored is what the feed shows to anyone, and openapi.json", async () => {
    const stored = new Set<string>();
    for (const { method, path, example } of apiRoutes(ports)) {
      if (method !== "GET" || path === "/stream") continue;
      const address = addressOf(path, example);
      for (const headers of [AS_ADMIN, {}, AS_ADMIN])
        if ((await ask(address, headers)) !== "BYPASS") stored.add(path);
    }
    expect([...stored].sort()).toEqual([
      "/analytics",
      "/analytics/:query",
      "/events",
      "/events/:eventKey",
      "/history",
      "/openapi.json",
      "/overview",
      "/posts/:source/:id",
      "/signals",
      "/signals/:eventKey",
      "/signals/:eventKey/explain",
      "/signals/:eventKey/history",
    ]);
  });

  it("holds for errors, addresses that nobody knows, and answers that name no cache", async () => {
    const silent = cacheBefore({ ...ports, stream: async () => new Response("as it comes") });
    expect((await silent.ask("/stream")).status).toBe("BYPASS");
    for (const path of ["/none", "/signals?limit=0", "/signals/none", "/healthz", "/outbox"])
      expect([path, await ask(path)]).toEqual([path, "BYPASS"]);
  });

  it("is everything where reads ask for a key, or the cache is switched off", async () => {
    const shut = cacheBefore({ ...ports, settings: { ...ports.settings, publicRead: "none" } });
    expect((await shut.ask("/signals")).status).toBe("BYPASS");
    const off = cacheBefore({ ...ports, settings: { ...ports.settings, cacheReads: false } });
    const { status, response } = await off.ask("/signals");
    expect([status, response.headers.get("Cache-Control")]).toEqual(["BYPASS", "public, no-cache"]);
  });
});

describe("a commit", () => {
  it("purges the lists, and what is asked of its token and its event", async () => {
    const about = ["/signals", "/events?symbol=demo", "/history", ONE, `${ONE}/explain`];
    const others = ["/signals?symbol=OTHER", "/events?token_ca=0xCD"];
    for (const path of [...about, ...others]) await ask(path);
    cache.purge(changedTags(CHANGED));
    for (const path of about) expect([path, await ask(path)]).toEqual([path, "MISS"]);
    for (const path of others) expect([path, await ask(path)]).toEqual([path, "HIT"]);
  });

  it("purges what became of a post, once it ended", async () => {
    const ended = "/posts/x/1";
    for (const path of [ended, "/signals"]) await ask(path);
    const post = { source: "x", outcome: "dropped", reason: "spam", author: "ada", excerpt: "" };
    const at = CHANGED.at;
    cache.purge(changedTags({ event: "posts", posts: [{ ...post, id: "1" }], at }));
    expect([await ask(ended), await ask("/signals")]).toEqual(["MISS", "HIT"]);
    cache.purge(changedTags({ event: "posts", posts: [{ ...post, id: "2" }], at }));
    expect(await ask(ended)).toBe("HIT");
  });

  it("names a token the same way, in any letters", () => {
    const odd = { ...CHANGED, symbol: "Ünï,X Y", tokenCa: "0x2::A::B" };
    const [, , symbol, contract] = changedTags(odd);
    expect(answerTags({ symbol: "ünï,x y", token_ca: "0x2::a::b" })).toBe(
      `feed,${symbol},${contract}`,
    );
    expect(`${symbol}${contract}`).toMatch(/^[\x21-\x2b\x2d-\x7e]+$/);
  });
});

function addressOf(path: string, example: ReturnType<typeof apiRoutes>[number]["example"]): string {
  const { params = {}, query = {} } = example ?? {};
  const filled = path.replace(/:(\w+)/g, (_, name) => encodeURIComponent(params[name] ?? "1"));
  const search = new URLSearchParams(query).toString();
  return search === "" ? filled : `${filled}?${search}`;
}
