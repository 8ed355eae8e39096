import { describe, expect, it } from "vitest";
import { missing } from "./chromium.ts";
import { visit } from "./visit.ts";

/** The part of the browser suite that `npm test` runs where a Chromium exists: a few seconds. */
describe.skipIf(missing)("every page in a browser", () => {
  const at = visit(/401/);

  it("shows the live page with signals, and no error in the console", async () => {
    const page = await at.newPage();
    await page.goto(at.server.url);
    await page.locator("#connection[data-state=live]").waitFor();
    await page.locator(".signal").first().waitFor();
    expect(await page.locator(".stage h3").count()).toBe(5);
    await page.close();
    expect(at.complaints).toEqual([]);
  });

  it.each(["operate", "dashboard", "docs"])(
    "shows /%s, and no error in the console",
    async (path) => {
      const page = await at.newPage();
      await page.goto(`${at.server.url}${path}`);
      await page.locator("main h1, main h2, h1").first().waitFor();
      expect((await page.locator("main").textContent())?.trim()).toBeTruthy();
      await page.close();
      expect(at.complaints).toEqual([]);
    },
  );

  it("has the same pages in each page's bar, marks the one that is open, and fits a phone", async () => {
    for (const [path, name] of [
      ["", "Live"],
      ["dashboard", "Dashboard"],
      ["operate", "Operate"],
      ["docs", "API"],
    ]) {
      const page = await at.newPage({ viewport: { width: 360, height: 740 } });
      await page.goto(`${at.server.url}${path}`);
      const bar = page.locator("nav");
      expect(await bar.locator("a[href^='/']:not([href$=json])").allTextContents()).toEqual([
        "Live",
        "Dashboard",
        "Operate",
        "API",
      ]);
      expect(await bar.locator("[aria-current=page]").textContent()).toBe(name);
      expect((await bar.boundingBox())?.height).toBeLessThan(50);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
      await page.close();
    }
  });

  it.each([
    ["a wrong key", "ess_nobody.wrong"],
    ["a key that no header can carry", "ключ"],
  ])("says on each page that %s is refused, and throws nothing", async (_, key) => {
    for (const [path, place] of [
      ["", "#signals .empty"],
      ["operate", "#channels .empty"],
      ["docs", "#operations .empty"],
    ] as const) {
      const page = await at.newPage();
      await page.goto(`${at.server.url}${path}#key=${encodeURIComponent(key)}`);
      await page.evaluate((given) => sessionStorage.setItem("event-stream-key", given), key);
      await page.reload();
      await page.locator(place, { hasText: "Authorization must read" }).first().waitFor();
      await page.close();
    }
    expect(at.complaints).toEqual([]);
  });

  it("says on each page that the server does not answer, and throws nothing", async () => {
    for (const path of ["", "operate", "dashboard", "docs"]) {
      const page = await at.newPage();
      await page.route(/:\d+\/(?!js|css|vendor|favicon|operate$|dashboard$|docs$|$)/, (route) =>
        route.abort(),
      );
      await page.goto(`${at.server.url}${path}`);
      await page.locator(".empty", { hasText: "The server does not answer." }).first().waitFor();
      await page.close();
    }
    expect(at.complaints.filter((text) => !text.includes("ERR_FAILED"))).toEqual([]);
    at.complaints.length = 0;
  });
});
