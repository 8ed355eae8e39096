import { beforeEach, describe, expect, it } from "vitest";
import { fakePorts } from "../../../test/support/api.ts";
import { change, eventOf, mention, signal } from "../../store/contract/fixtures.ts";
import { memoryStore } from "../../store/memory/index.ts";
import { apiApp } from "../app.ts";

let app: ReturnType<typeof apiApp>;

beforeEach(async () => {
  const store = memoryStore();
  for (let at = 0; at < 50; at++) {
    const tokenCa = String(at).padStart(42, "A");
    const eventKey = `sol:${tokenCa}:2026-01-15T10:00:00Z`;
    const posts = [mention(at, { eventKey })];
    const reasons = Array.from({ length: 3 }, (_, rule) => ({
      rule: `rule_${rule}`,
      group: "dex_activity",
      score: 8,
      text: "High liquidity (>= 50000 USD)",
    }));
    await store.commit(
      change(0, posts, {
        event: eventOf(posts, { eventKey, tokenCa }),
        signal: signal({ eventKey, reasons, facts: { ...signal().facts, values: WIDE } }),
      }),
    );
  }
  app = apiApp(fakePorts({ store }));
});

const WIDE = Object.fromEntries(Array.from({ length: 45 }, (_, at) => [`fact_${at}`, at]));

type Page = { signals: Record<string, unknown>[]; next_cursor: string | null };
const page = async (path: string): Promise<Page> =>
  (await (await app.request(path)).json()) as Page;

describe("GET /signals", () => {
  it("answers what a list shows: 50 signals in 25 KB", async () => {
    const text = await (await app.request("/signals?limit=50")).text();
    expect(text.length).toBeLessThanOrEqual(25_600);
    const { signals } = JSON.parse(text) as Page;
    expect(signals).toHaveLength(50);
    expect(signals[0]).toMatchObject({
      event_key: expect.any(String),
      state: "candidate",
      score: expect.any(Number),
      reasons: [{ score: 8, text: "High liquidity (>= 50000 USD)" }, {}, {}],
      missing: expect.any(Array),
      ts: expect.any(String),
    });
    expect(signals[0]).not.toHaveProperty("features_snapshot");
  });

  it("answers the fields that are named, and the key of the event", async () => {
    const { signals } = await page("/signals?fields=score,features_snapshot&limit=1");
    expect(Object.keys(signals[0] ?? {}).sort()).toEqual([
      "event_key",
      "features_snapshot",
      "score",
    ]);
    expect(signals[0]).toMatchObject({ features_snapshot: { values: { fact_7: 7 } } });
  });

  it("names the fields there are when one is not known", async () => {
    const response = await app.request("/signals?fields=scores");
    expect([response.status, await response.text()]).toEqual([
      422,
      expect.stringContaining("features_snapshot"),
    ]);
  });

  it("shows the whole signal by its key", async () => {
    const { signals } = await page("/signals?limit=1");
    const response = await app.request(`/signals/${signals[0]?.event_key}`);
    expect(await response.json()).toHaveProperty("features_snapshot");
  });

  it("walks by id, and takes no cursor of another order", async () => {
    const first = await page("/signals?order=id&limit=30");
    const second = await page(`/signals?order=id&limit=30&cursor=${first.next_cursor}`);
    const keys = [...first.signals, ...second.signals].map(({ event_key }) => event_key);
    expect([new Set(keys).size, second.next_cursor]).toEqual([50, null]);
    expect((await app.request(`/signals?cursor=${first.next_cursor}`)).status).toBe(400);
  });

  it("takes no cursor of another list, whose rows have other places", async () => {
    const { next_cursor: own } = await page("/signals?limit=30");
    const { next_cursor: ofEvents } = await page("/events?limit=30");
    expect((await app.request(`/signals?cursor=${own}`)).status).toBe(200);
    expect((await app.request(`/signals?cursor=${ofEvents}`)).status).toBe(400);
    expect((await app.request(`/events?cursor=${own}`)).status).toBe(400);
  });
});
