import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN_KEY, fakePorts } from "../../test/support/api.ts";
import { change, KEY, mention } from "../store/contract/fixtures.ts";
import type { Store } from "../store/index.ts";
import { memoryStore } from "../store/memory/index.ts";
import { type ApiPorts, apiApp } from "./app.ts";
import { type RecentAnswers, recentAnswers } from "./recent-answers.ts";

const ONE = `/signals/${encodeURIComponent(KEY)}`;
const WITH_KEY = { Authorization: `Bearer ${ADMIN_KEY}` };

let now: number;
let asked: number;
let store: Store;
let recent: RecentAnswers;
let ports: ApiPorts;

beforeEach(async () => {
  now = Date.UTC(2026, 0, 15);
  asked = 0;
  store = memoryStore();
  await store.commit(change(0, [mention(1)]));
  recent = recentAnswers(() => now);
  const counted = {
    ...store,
    signal: async (eventKey: string) => {
      asked++;
      return store.signal(eventKey);
    },
  };
  ports = { ...fakePorts({ store: counted }), now: () => now, recent };
});

const ask = async (path = ONE, headers = {}) => apiApp(ports).request(path, { headers });

describe("answers that were made lately", () => {
  it("are given to all who ask without a key, and asked of the store once", async () => {
    const [first, second] = [await ask(), await ask()];
    expect(await second.text()).toBe(await first.text());
    expect([second.status, second.headers.get("ETag"), second.headers.get("Cache-Tag")]).toEqual([
      200,
      first.headers.get("ETag"),
      first.headers.get("Cache-Tag"),
    ]);
    const known = await ask(ONE, { "If-None-Match": first.headers.get("ETag") ?? "" });
    expect([known.status, asked]).toEqual([304, 1]);
  });

  it("are asked for anew by a key, and never kept for one", async () => {
    await ask();
    const own = await ask(ONE, WITH_KEY);
    expect([asked, own.headers.get("Cache-Control")]).toEqual([2, "private, no-store"]);
    recent.forget();
    now++;
    await ask(ONE, WITH_KEY);
    await ask();
    expect(asked).toBe(4);
  });

  it("are forgotten when something was committed, and after a second", async () => {
    await ask();
    recent.forget();
    now++;
    await ask();
    expect(asked).toBe(2);
    now += 999;
    await ask();
    expect(asked).toBe(2);
    now++;
    await ask();
    expect(asked).toBe(3);
  });

  it("are given on for a second more while one reader asks anew", async () => {
    await ask();
    now += 1_000;
    const { signal } = ports.store;
    let go = () => {};
    ports.store.signal = async (eventKey) => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      return signal(eventKey);
    };
    const renewing = ask();
    expect((await ask()).status).toBe(200);
    expect(asked).toBe(1);
    go();
    await renewing;
    now += 999;
    await ask();
    expect(asked).toBe(2);
  });

  it("are asked for again when the reader who asked anew got none", async () => {
    await ask();
    now += 1_000;
    const { signal } = ports.store;
    ports.store.signal = () => Promise.reject(new Error("a bug"));
    expect((await ask()).status).toBe(500);
    ports.store.signal = signal;
    await ask();
    expect(asked).toBe(1);
    now += 1_000;
    await ask();
    expect(asked).toBe(2);
  });

  it("are not kept when a commit came while they were read", async () => {
    const { signal } = ports.store;
    ports.store.signal = async (eventKey) => {
      const read = await signal(eventKey);
      now++;
      recent.forget();
      return read;
    };
    await ask();
    await ask();
    expect(asked).toBe(2);
  });

  it("are of one address each, and none is a problem", async () => {
    await ask();
    expect((await ask("/signals/none")).status).toBe(404);
    expect((await ask("/signals/none")).status).toBe(404);
    expect(asked).toBe(3);
    expect((await ask(`${ONE}?x=1`)).status).toBe(422);
  });

  it("are not kept where everyone should see the latest", async () => {
    ports.settings = { ...ports.settings, cacheReads: false };
    await ask();
    await ask();
    expect(asked).toBe(2);
  });

  it("take a bounded room", () => {
    const answer = { body: "x".repeat(1_000_000), etag: "", tags: "" };
    for (let n = 0; n < 20; n++) recent.keep(`/${n}`, answer, now);
    const held = Array.from({ length: 20 }, (_, n) => recent.get(`/${n}`)).filter(Boolean);
    expect(held.length).toBeGreaterThan(0);
    expect(held.length).toBeLessThanOrEqual(8);
  });
});
