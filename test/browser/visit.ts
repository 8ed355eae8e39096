import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { CHROMIUM, PATIENCE } from "./chromium.ts";
import { type FakeServer, fakeServer } from "./fake-server.ts";

/**
 * One browser and one server for a suite. Whatever the console says, a broken content policy
 * included, is kept in `complaints`, unless it is `expected`.
 */
export function visit(expected: RegExp) {
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
  return {
    complaints,
    get server(): FakeServer {
      return server;
    },
    async newPage(options: BrowserContextOptions = {}): Promise<Page> {
      const page = await browser.newPage(options);
      page.setDefaultTimeout(PATIENCE);
      page.on("console", (message) => {
        if (message.type() === "error" && !expected.test(message.text()))
          complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      // Keys go nowhere while the page of the test before it still has the focus.
      await page.bringToFront();
      return page;
    },
  };
}
