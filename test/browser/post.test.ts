import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { iso } from "../../src/kit/time.ts";
import { missing } from "./chromium.ts";
import { visit } from "./visit.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

type Violation = { id: string; nodes: { html: string }[] };

/** What axe finds wrong, by rule and place. */
async function violations(page: Page): Promise<string[]> {
  // In the page's own world the content policy refuses it.
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

describe.skipIf(missing)("the view of a post", () => {
  const at = visit(/401|404/);

  async function open(post: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await at.newPage({ reducedMotion: "reduce", ...options });
    await page.goto(`${at.server.url}#post=${post}`);
    await page.locator("#post-title").waitFor();
    return page;
  }
  const cells = (page: Page, row: string) =>
    page.locator(".waterfall tr", { hasText: row }).first().locator("th, td").allTextContents();

  it("shows every step with its own time, its budget, and who shared it", async () => {
    const page = await open("x/HELIO-0");
    await page.locator(".waterfall tbody tr").first().waitFor();
    expect(await cells(page, "enrich goplus")).toEqual([
      ...["enrich goplus", "missing", "", "910 msof 3 posts", "800 ms over"],
    ]);
    expect(await cells(page, "refine")).toEqual([
      ...["refine", expect.stringContaining("mention"), "", "2 ms", "50 ms"],
    ]);
    expect(await page.locator("#post .missing, #post .quiet").allTextContents()).toContainEqual(
      expect.stringContaining("1 s of work"),
    );
    expect(await page.locator(".trace code").textContent()).toMatch(/^[0-9a-f]{32}$/);
    await page.close();
  });

  it("says so where an address was cut in the middle of a letter", async () => {
    const page = await open("x/HELIO%E0%A4");
    await page.locator("#post .empty", { hasText: "No post" }).waitFor();
    await page.close();
  });

  it("draws each bar where its step was, to one scale", async () => {
    const page = await open("x/HELIO-0");
    await page.locator(".waterfall tbody tr").first().waitFor();
    const bars = await page.locator(".waterfall tbody tr:not(.waited)").evaluateAll((rows) =>
      rows.map((row) => {
        const bar = row.querySelector("rect")?.getBoundingClientRect();
        const name = row.querySelector("th")?.textContent ?? "";
        return { name, left: bar?.left ?? 0, width: bar?.width ?? 0 };
      }),
    );
    const of = (name: string) => bars.find((bar) => bar.name === name) ?? { left: 0, width: 0 };
    expect(of("enrich goplus").width / of("enrich dex").width).toBeCloseTo(910 / 240, 1);
    expect(of("enrich goplus").left).toBeCloseTo(of("enrich dex").left, 0);
    expect(of("store").left).toBeGreaterThan(of("enrich dex").left);
    await page.close();
  });

  it("goes on to the attempts at the deliveries, after the steps before them", async () => {
    const page = await open("x/HELIO-0");
    await page.locator(".waterfall tbody tr").first().waitFor();
    const names = await page.locator(".waterfall tbody th").allTextContents();
    expect(names).toEqual([
      ...["sources", "filter", "refine", "dedup", "enrich dex", "enrich goplus"],
      ...["rules", "store", "notify desk", "notify trading-bot"],
    ]);
    await page.close();
  });

  it("opens from the list of posts by keyboard, and gives the focus back", async () => {
    const page = await at.newPage();
    await page.goto(at.server.url);
    await page.locator("#connection[data-state=live]").waitFor();
    const told = { source: "x", id: "HELIO-0", outcome: "kept", reason: null } as const;
    at.server.tell({
      event: "posts",
      posts: [{ ...told, author: "ann", excerpt: "HELIO goes live" }],
      at: iso(Date.now()),
    });
    const row = page.locator(".post button");
    await row.focus();
    await page.keyboard.press("Enter");
    await page.locator(".waterfall tbody tr").first().waitFor();
    expect(new URL(page.url()).hash).toBe("#post=x/HELIO-0");
    await page.keyboard.press("Escape");
    expect(await row.evaluate((button) => button === document.activeElement)).toBe(true);
    expect(new URL(page.url()).hash).toBe("");
    await page.close();
  });

  it("opens from the evidence of a signal", async () => {
    const page = await at.newPage();
    await page.goto(at.server.url);
    await page.locator(".signal button").first().click();
    await page.locator(".evidence a", { hasText: "steps" }).first().click();
    await page.locator("#post[open] .waterfall tbody tr").first().waitFor();
    await page.close();
  });

  it("says of a post that never came that it never came", async () => {
    const page = await open("x/nobody");
    await page.locator("#post", { hasText: "No post x:nobody came in." }).waitFor();
    await page.close();
  });

  it.each([
    ["on a wide screen", {}],
    ["in the light on a phone", { colorScheme: "light", viewport: { width: 390, height: 844 } }],
  ] as [string, BrowserContextOptions][])("has no violation that axe finds, %s", async (_, how) => {
    const page = await open("x/HELIO-0", how);
    await page.locator(".waterfall tbody tr").first().waitFor();
    expect(await violations(page)).toEqual([]);
    const fits = await page
      .locator("#post")
      .evaluate((dialog) => dialog.scrollWidth <= dialog.clientWidth);
    expect(fits).toBe(true);
    await page.close();
  });

  it("left no complaint in the console", () => expect(at.complaints).toEqual([]));
});
