import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { EventDetail } from "../../public/types.d.ts";
import { iso } from "../../src/kit/time.ts";
import type { LiveMessage } from "../../src/observability/live.ts";
import { missing } from "./chromium.ts";
import { visit } from "./visit.ts";

describe.skipIf(missing)("the live page", () => {
  const at = visit(/401/);

  /** Opens the page and waits for its signals. */
  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await at.newPage(options);
    await page.goto(at.server.url);
    await page.locator(".signal").first().waitFor();
    return page;
  }
  const said = async (page: Page, selector: string) =>
    (await page.locator(selector).allTextContents()).join(" ");

  it("shows the flow, the signals with their reasons, and the deliveries with their attempts", async () => {
    const page = await open();
    await page.locator("#connection[data-state=live]").waitFor();
    await page.locator(".delivery").first().waitFor();
    expect(await said(page, ".stage h3")).toBe("Posts in Filtered Events Signals Delivered");
    expect(await said(page, "[data-stage=judged]")).toMatch(/spam.*no token/);
    expect(await said(page, ".signal")).toMatch(/\$HELIO.*\+\d/);
    expect(await page.locator(".delivery .attempts i").count()).toBeGreaterThan(0);
    const unsent = page.locator(".delivery", { hasText: "Not sent: another event of this token" });
    expect(await unsent.locator("i[data-result='unsent']").count()).toBeGreaterThan(0);
    expect(await unsent.first().locator(".pill").textContent()).toBe("not sent");
    await page.close();
  });

  it.each([
    [["rules refused: line 3", "channel desk is paused: 401"], "rules refused: line 3 and 1 more"],
    [undefined, "1 alert fires"],
  ])("says why it is degraded: %s", async (notes, reason) => {
    const page = await at.newPage();
    await page.route("**/healthz", async (route) => {
      const response = await route.fetch({ maxRetries: 3 });
      const alerts = { critical: 0, warning: 1, info: 0 };
      const parts = { database: "connected", redis: "connected", alerts, notes };
      const health = { ...(await response.json()), status: "degraded", ...parts };
      await route.fulfill({ response, json: health });
    });
    await page.goto(at.server.url);
    await page.locator("#health", { hasText: `degraded: ${reason} · v` }).waitFor();
    expect(await page.locator("#health a").getAttribute("href")).toBe("/healthz");
    await page.close();
  });

  it("shows posts as text, whatever they contain", async () => {
    const page = await open();
    await page.locator("#connection[data-state=live]").waitFor();
    const excerpt = '<img src=x onerror="document.title=1"><b>bold</b>';
    at.server.tell({
      event: "posts",
      posts: [
        { source: "x", id: "1", outcome: "kept", reason: null, author: "<i>eve</i>", excerpt },
      ],
      at: iso(Date.now()),
    });
    await page.locator(".post").waitFor();
    expect(await said(page, ".post")).toContain(excerpt);
    expect(await page.locator(".post :is(img, i, b)").count()).toBe(0);
    await page.close();
  });

  it("explains a signal by keyboard alone, and gives the focus back", async () => {
    const page = await open();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.locator(".drawer .about").waitFor();
    await page.locator(".drawer .rule summary").first().press("Enter");
    expect(await said(page, ".drawer details[open] .condition")).not.toBe("");
    expect(await said(page, ".drawer .evidence")).toContain("HELIO");
    await page.keyboard.press("Escape");
    expect(await page.locator("#drawer").getAttribute("open")).toBeNull();
    expect(await page.evaluate(() => document.activeElement?.closest("[data-key]") !== null)).toBe(
      true,
    );
    await page.close();
  });

  it("says of a state that it is held, and which fact is missing to judge it again", async () => {
    const page = await open();
    const why = "held from before: it cannot be judged again until goplus_risk is known";
    await page.route("**/explain", async (route) => {
      const response = await route.fetch({ maxRetries: 3 });
      const explained = (await response.json()) as { states: object[] };
      const states = [{ ...explained.states[0], value: null, held: true, why }];
      await route.fulfill({ response, json: { ...explained, states } });
    });
    await page.locator(".signal button").first().click();
    const row = page.locator(".drawer .rule", { hasText: "held from before" });
    await row.waitFor();
    expect(await row.locator("em").textContent()).toBe("held");
    expect(await row.locator(".why").textContent()).toBe(why);
    await page.close();
  });

  it("fits a phone, whatever the posts hold, and shows signals on its first screen", async () => {
    const page = await open({ viewport: { width: 390, height: 844 }, reducedMotion: "reduce" });
    const hostile = `0x${"7e05".repeat(40)} \u202eمرحبا 👩‍👩‍👧‍👦`;
    await page.route("**/events/*", async (route) => {
      const response = await route.fetch({ maxRetries: 3 });
      const summary = { summary: hostile, evidence_count: 1, copies: 1 };
      const event = (await response.json()) as EventDetail;
      event.signal.features_snapshot.values.texts_by_hash = 2;
      await route.fulfill({ response, json: { ...event, ...summary } });
    });
    await page.locator("[data-stage=deliveries] .legend").waitFor();
    expect((await page.locator(".signal").first().boundingBox())?.y).toBeLessThan(844 - 80);

    await page.locator(".signal button").first().click();
    await page.locator(".drawer .about").waitFor();
    expect(await said(page, ".drawer .summary")).toBe(hostile);
    expect(await said(page, ".drawer .about")).toMatch(
      /1 text, \d+ authors?, 1 copy, 2 texts compared by exact words only/,
    );
    const summary = await page.locator(".drawer .summary").boundingBox();
    expect(summary?.x).toBeGreaterThanOrEqual(12);
    expect(
      await page
        .locator(".drawer .summary")
        .evaluate((shown) => shown.scrollWidth <= shown.clientWidth),
    ).toBe(true);
    await page.close();
  });

  it("keeps a bounded number of rows however many signals come", async () => {
    const page = await open();
    await page.locator("#connection[data-state=live]").waitFor();
    let wave = 0;
    const message: Extract<LiveMessage, { event: "signal" }> = {
      event: "signal",
      eventKey: "eth:X:2026-01-15T10:00:00Z",
      chain: "eth",
      symbol: "X",
      state: "candidate",
      previousState: null,
      score: 1,
      level: "observe",
      riskLevel: "unknown",
      reasons: [],
      degraded: false,
      at: "2026-01-15T10:00:00Z",
    };
    await page.route("**/signals?*", async (route) => {
      const response = await route.fetch({ maxRetries: 3 });
      const { signals } = (await response.json()) as { signals: { event_key: string }[] };
      wave++;
      const many = Array.from({ length: 200 }, (_, at) => ({
        ...signals[0],
        event_key: `eth:W${wave}N${at}:2026-01-15T10:00:00Z`,
      }));
      await route.fulfill({ response, json: { signals: many, next_cursor: "next" } });
    });
    for (let seen = 1; seen <= 3; seen++) {
      at.server.tell({ ...message, at: iso(Date.now()) });
      await page.locator(`[data-key^="eth:W${seen}N"]`).first().waitFor();
    }
    expect(await page.locator(".signal").count()).toBeLessThanOrEqual(300);
    expect(await page.locator("#more").isVisible()).toBe(true);
    await page.close();
  });

  it("filters by state and by symbol", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Downgraded", exact: true }).click();
    await page.locator('.signal .pill[data-kind="downgraded"]').first().waitFor();
    await page
      .locator('.signal .pill[data-kind="candidate"]')
      .first()
      .waitFor({ state: "detached" });
    await page.keyboard.press("1");
    await page.keyboard.press("/");
    await page.keyboard.type("quill");
    await page.waitForFunction(() => document.querySelectorAll(".signal").length === 1);
    expect(await said(page, ".signal")).toContain("$QUILL");
    await page.close();
  });

  it("takes a lost stream up again and says so meanwhile", async () => {
    const page = await open();
    await page.locator("#connection[data-state=live]").waitFor();
    at.server.cut();
    await page.locator("#connection[data-state=lost]").waitFor();
    await page.locator("#connection[data-state=live]").waitFor();
    await page.close();
  });

  it("asks for a key when nothing is public, and works with one", async () => {
    at.server.refuseReads(true);
    const page = await at.newPage();
    await page.goto(at.server.url);
    await page.getByRole("button", { name: "Use a key" }).first().click();
    await page.locator("#key").fill(at.server.adminKey);
    await page.getByRole("button", { name: "Use", exact: true }).click();
    await page.locator(".signal").first().waitFor();
    await page.locator(".delivery").first().waitFor();
    at.server.refuseReads(false);
    await page.close();
  });

  it("retries a failed delivery once a key was entered", async () => {
    const page = await at.newPage();
    await page.goto(at.server.url);
    const failed = page.getByRole("button", { name: /^Retry delivery/ });
    await failed.first().waitFor();
    const before = await failed.count();
    await failed.first().click();
    await page.locator("#key").fill(at.server.adminKey);
    await page.getByRole("button", { name: "Use", exact: true }).click();
    await failed.first().click();
    await page.waitForFunction(
      (count) => document.querySelectorAll("[aria-label^='Retry delivery']").length === count - 1,
      before,
    );
    await page.close();
  });

  it("shows sources and services, and sets the fault of an emulator with an admin's key", async () => {
    const page = await at.newPage();
    await page.goto(`${at.server.url}#key=${at.server.adminKey}`);
    await page.getByRole("button", { name: "Services" }).click();
    await page.locator("#services table").nth(2).waitFor();
    expect(await said(page, "#services td")).toMatch(
      /feeds.*on.*x.*off: X_BEARER_TOKEN is not set.*goplus.*open · throttled.*3 of 25/,
    );
    const fault = page.getByLabel("Fault of goplus");
    await fault.selectOption("500");
    await page
      .locator('#services select[aria-label="Fault of goplus"] option[value="500"][selected]')
      .waitFor({ state: "attached" });
    await fault.selectOption("");
    await page
      .locator('#services select[aria-label="Fault of goplus"] option[value="500"][selected]')
      .waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    expect(await page.locator("#services").getAttribute("open")).toBeNull();
    await page.close();
  });

  it.each([
    [
      "a phone",
      {
        viewport: { width: 360, height: 740 },
        isMobile: true,
        hasTouch: true,
        colorScheme: "light" as const,
      },
    ],
    ["a small window", { viewport: { width: 820, height: 900 }, colorScheme: "dark" as const }],
  ])("fits %s without scrolling sideways", async (_, options) => {
    const page = await open(options);
    expect(
      await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      ),
    ).toBeLessThanOrEqual(0);
    await page.close();
  });

  it("describes the API at /docs", async () => {
    const page = await at.newPage();
    await page.goto(`${at.server.url}docs`);
    await page.locator(".rule").first().waitFor();
    expect(await said(page, ".rule summary code")).toContain("/ingest");
    await page.close();
  });

  it("loads nothing from elsewhere and breaks no content policy", () => {
    expect(at.complaints).toEqual([]);
  });
});
