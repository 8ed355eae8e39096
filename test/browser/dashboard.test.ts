import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { BrowserContextOptions, Page, Route } from "playwright-core";
import { describe, expect, it } from "vitest";
import { iso } from "../../src/kit/time.ts";
import { missing } from "./chromium.ts";
import { visit } from "./visit.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

type Violation = { id: string; nodes: { html: string }[] };

/** What axe finds wrong, by rule and place. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}

describe.skipIf(missing)("the dashboard", () => {
  const at = visit(/401|503|ERR_FAILED/);

  async function open(options: BrowserContextOptions = {}, query = "?refresh=0"): Promise<Page> {
    const page = await at.newPage({ viewport: WIDE, reducedMotion: "reduce", ...options });
    await page.goto(`${at.server.url}dashboard${query}`);
    return page;
  }
  const panel = (page: Page, name: string) => page.locator(`[data-panel="${name}"]`);
  /** The rows of the table of a panel, as texts. */
  async function rowsOf(page: Page, name: string): Promise<string[][]> {
    const rows = panel(page, name).locator("tbody tr");
    return (await rows.all()).reduce<Promise<string[][]>>(
      async (before, row) => [...(await before), await row.locator("td").allTextContents()],
      Promise.resolve([]),
    );
  }
  /** Answers the dashboard's own request by something else. */
  const answer = (page: Page, handle: (route: Route) => Promise<void>) =>
    page.route("**/analytics/dashboard?*", handle);

  it("shows the figures that the tables hold, in each chart and the table behind it", async () => {
    const page = await open();
    await panel(page, "tokens").waitFor();
    const now = Date.now();
    const activity = await at.server.store.activity(
      { from: iso(now - 3_600_000), to: iso(now + 60_000), stepSeconds: 60 },
      iso(now),
    );
    const accepted = activity.posts.reduce((sum, { count }) => sum + count, 0);
    const figure = page
      .locator("#figures div", { hasText: "Posts accepted" })
      .locator("dd")
      .first();
    expect(
      Math.abs(Number((await figure.textContent())?.replace(",", "")) - accepted),
    ).toBeLessThan(60);
    const reasons = new Map<string, number>();
    for (const { reason, count } of activity.posts)
      if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
    const drops = await rowsOf(page, "drops");
    expect(drops.map(([reason]) => reason).toSorted()).toEqual(
      [...reasons.keys()].map((reason) => reason.replace("_", " ")).toSorted(),
    );
    const tokens = await rowsOf(page, "tokens");
    expect(tokens.map((row) => row.slice(0, 3))).toEqual(
      activity.tokens.map(({ token, chain, evidence }) => [token, chain, String(evidence)]),
    );
    expect((await rowsOf(page, "stages")).map(([stage]) => stage)).toEqual([
      ...["accept", "filter", "refine", "dedup", "enrich", "rules", "store", "notify"],
    ]);
    const budgets = await rowsOf(page, "provider-budgets");
    expect(budgets.map((row) => row.slice(0, 4))).toEqual([
      ["x", "75 %", "750", "3,000"],
      ["goplus", "–", "–", "–"],
    ]);
    expect(budgets.map((row) => row[6])).toEqual(["closed", "open"]);
    expect(await rowsOf(page, "provider-errors")).toEqual([
      ["goplus", "429", "7"],
      ["redis", "failed or slow", "2"],
    ]);
    const parts = panel(page, "cache").locator(".meter rect");
    const widths = await parts.evaluateAll((drawn) =>
      drawn.map((part) => Number(part.getAttribute("width"))),
    );
    expect(widths.map(Math.round)).toEqual([88, 0, 12]);
    const drawn = panel(page, "provider-budgets").locator(".meter rect").first();
    expect(Number(await drawn.getAttribute("width"))).toBeCloseTo(75);
    expect(await panel(page, "signals-by-state").locator("canvas").count()).toBe(1);
    const said = await panel(page, "signals-by-state").getByRole("img").getAttribute("aria-label");
    expect(said).toMatch(/verified \d/);
    expect(await page.locator("#firing li").allTextContents()).toEqual([
      expect.stringMatching(/warning The breaker of goplus is open/),
    ]);
    expect(at.complaints).toEqual([]);
    await page.close();
  });

  it.each<[string, BrowserContextOptions]>([
    ["dark", { colorScheme: "dark" }],
    ["light", { colorScheme: "light" }],
    ["on a phone", { colorScheme: "dark", viewport: PHONE }],
  ])("has no violation that axe finds, %s, and fits its width", async (_, options) => {
    const page = await open(options);
    await panel(page, "queues").waitFor();
    for (const summary of await page.locator(".behind summary").all()) await summary.click();
    expect(await violations(page)).toEqual([]);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
    ).toBe(true);
    await page.close();
  });

  it("keeps range and refresh in the address, and is moved by keys", async () => {
    const page = await open({}, "?range=6h&refresh=0");
    await panel(page, "drops").waitFor();
    const pressed = () => page.locator("#ranges [aria-pressed=true]").textContent();
    expect(await pressed()).toBe("6 hours");
    const asked = page.waitForRequest(/analytics\/dashboard/);
    await page.keyboard.press("2");
    const query = new URL((await asked).url()).searchParams;
    expect(Date.parse(query.get("to") ?? "") - Date.parse(query.get("from") ?? "")).toBe(3_600_000);
    expect(page.url()).toContain("range=1h");
    await page.locator("#refresh").selectOption("60");
    expect(page.url()).toContain("refresh=60");
    await page.reload();
    await panel(page, "drops").waitFor();
    expect([await pressed(), await page.locator("#refresh").inputValue()]).toEqual([
      "1 hour",
      "60",
    ]);
    await page.locator("#ranges button").first().focus();
    await page.keyboard.press("Enter");
    expect(page.url()).toContain("range=15m");
    await page.close();
  });

  it("reads again by itself, and keeps an open table open", async () => {
    const page = await open({}, "?refresh=10");
    const table = panel(page, "signals-by-state").locator(".behind");
    await table.locator("summary").click();
    await page.waitForRequest(/analytics\/dashboard/, { timeout: 20_000 });
    await page.waitForResponse(/analytics\/dashboard/);
    await expect.poll(() => table.getAttribute("open")).not.toBeNull();
    await page.close();
  });

  it("says what is missing: no rows, part of the points, no analytics", async () => {
    const page = await open({}, "?refresh=0");
    await panel(page, "queues").locator(".empty", { hasText: "needs the analytics" }).waitFor();
    expect(await page.locator("#source").textContent()).toContain("--analytics");
    await answer(page, async (route) => {
      const response = await route.fetch({ maxRetries: 3 });
      const body = (await response.json()) as { panels: { name: string; rows: unknown[] }[] };
      const panels = body.panels.map((each) =>
        each.name === "drops"
          ? { ...each, source: "points", rows: [] }
          : each.name === "tokens"
            ? { ...each, note: "Points cannot be read now: timeout." }
            : each,
      );
      await route.fulfill({ response, json: { ...body, panels } });
    });
    await page.keyboard.press("r");
    await panel(page, "drops").locator(".empty", { hasText: "Nothing in this range." }).waitFor();
    const note = panel(page, "tokens").locator(".note");
    expect(await note.textContent()).toContain("Points cannot be read now");
    expect(await page.locator("#source").isHidden()).toBe(true);
    await page.close();
  });

  it("says that it is reading, that it failed, and tries again", async () => {
    const page = await at.newPage({ viewport: WIDE });
    let refuse = true;
    const { promise: held, resolve: go } = Promise.withResolvers<void>();
    await answer(page, async (route) => {
      await held;
      if (refuse) await route.fulfill({ status: 503, json: { detail: "The database is out." } });
      else await route.continue();
    });
    await page.goto(`${at.server.url}dashboard?refresh=0`);
    await page.locator("#panels[aria-busy=true] .empty", { hasText: "Reading" }).waitFor();
    go();
    await page.locator("#panels .empty", { hasText: "The database is out." }).waitFor();
    refuse = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await panel(page, "drops").waitFor();
    await page.close();
  });

  it("asks for a key where the operations are not public", async () => {
    const page = await at.newPage({ viewport: WIDE });
    await answer(page, (route) =>
      route.fulfill({ status: 401, json: { detail: "This asks for a key." } }),
    );
    await page.goto(`${at.server.url}dashboard?refresh=0`);
    await page.getByRole("button", { name: "Enter a key" }).click();
    expect(await page.locator("#key-dialog").getAttribute("open")).not.toBeNull();
    await page.close();
  });

  it("shows names that strangers chose as text", async () => {
    const page = await at.newPage({ viewport: WIDE });
    const hostile = '<img src=x onerror="document.title=1">';
    await answer(page, async (route) => {
      const response = await route.fetch({ maxRetries: 3 });
      const body = (await response.json()) as { panels: { name: string; rows: object[] }[] };
      const panels = body.panels.map((each) => ({
        ...each,
        rows: each.rows.map((row) => ({ ...row, source: hostile, token: hostile })),
      }));
      await route.fulfill({ response, json: { ...body, panels } });
    });
    await page.goto(`${at.server.url}dashboard?refresh=0`);
    await panel(page, "tokens").waitFor();
    expect(await panel(page, "posts-by-source").locator(".legend-list").textContent()).toContain(
      hostile,
    );
    expect(await page.locator("main img").count()).toBe(0);
    await page.close();
  });

  it("shows in a signal's drawer how its score came to be", async () => {
    const { store } = at.server;
    const [row] = (
      await store.signals(
        {
          ...{ type: null, chain: null, symbol: "HELIO", tokenCa: null, since: null, until: null },
          ...{ minScore: null, state: null },
        },
        { limit: 1, cursor: null },
      )
    ).items;
    const found = row && (await store.load(row.eventKey));
    if (!found) throw new Error("the scene has no HELIO");
    const ts = iso(Date.now());
    const signal = { ...found.signal, score: found.signal.score + 7, ts };
    const { event, signal: before, rev } = found;
    await store.commit({
      ...{ expectedRev: rev, before, event, signal, evidence: [], outbox: [], at: ts },
    });
    const page = await at.newPage({ viewport: WIDE });
    await page.goto(`${at.server.url}#signal=${encodeURIComponent(event.eventKey)}`);
    const history = page.locator(".drawer .history");
    await history.locator("canvas").first().waitFor();
    const score = (value: number) => String(Math.round(value * 100) / 100);
    expect(await history.locator(".changes li").first().textContent()).toContain(
      `${score(before.score)} → ${score(signal.score)}`,
    );
    expect(await history.locator(".changes li").count()).toBe(2);
    await page.close();
    expect(at.complaints).toEqual([]);
  });
});
