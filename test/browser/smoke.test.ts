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

  it.each(["operate", "docs"])("shows /%s, and no error in the console", async (path) => {
    const page = await at.newPage();
    await page.goto(`${at.server.url}${path}`);
    await page.locator("main h1, main h2, h1").first().waitFor();
    expect((await page.locator("main").textContent())?.trim()).toBeTruthy();
    await page.close();
    expect(at.complaints).toEqual([]);
  });
});
