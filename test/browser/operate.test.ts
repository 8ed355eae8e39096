import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM, missing, PATIENCE } from "./chromium.ts";
import { type FakeServer, fakeServer } from "./fake-server.ts";

describe.skipIf(missing)("the page for operators", () => {
  let browser: Browser;
  let server: FakeServer;
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await fakeServer();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  afterEach(() => expect(complaints).toEqual([]));

  const said = async (page: Page, selector: string) => (await page.locator(selector).allTextContents()).join(" ");
  const operate = async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of 4/.test(message.text())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${server.url}operate#key=${server.adminKey}`);
    await page.locator("#deliveries .delivery").first().waitFor();
    await page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>("#document")?.value !== "");
    return page;
  };
  const told = async (page: Page, text: string) => page.locator("#told", { hasText: text }).waitFor();

  it("checks rules, leads to what is wrong, and puts good ones in force", async () => {
    const page = await operate();
    expect(page.url()).not.toContain("key=");
    const area = page.locator("#document");
    const good = await area.inputValue();
    await area.fill(good.replace(/condition: .*/, "condition: mentions >="));
    await page.getByRole("button", { name: "Put in force" }).click();
    await told(page, "nothing was changed");
    await page.locator("#problems button").first().click();
    expect(await area.evaluate((element) => element === document.activeElement)).toBe(true);
    await area.fill(good.replace(/score: \d+/, "score: 99"));
    await page.getByRole("button", { name: "What would change?" }).click();
    await told(page, "stored signals anew");
    await page.getByRole("button", { name: "Put in force" }).click();
    await told(page, "In force as");
    expect(await said(page, "#rules-version")).toMatch(/\d+ rules/);
    await page.close();
  });

  it("sends a failed delivery again", async () => {
    const page = await operate();
    await page.getByRole("button", { name: "Retrying" }).click();
    await page.getByRole("button", { name: "Retry delivery" }).first().click();
    await told(page, "is due now");
    await page.close();
  });
});
