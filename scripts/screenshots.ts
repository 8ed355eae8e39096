/**
 * `npm run screenshots`: writes the pictures in docs/ from the pages themselves, over the scene of
 * the browser tests. Needs a Chromium (CHROMIUM names another one).
 */
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { fakeServer } from "../test/browser/fake-server.ts";

const DOCS = join(import.meta.dirname, "../docs");
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const SIZE = { width: 1440, height: 900 };

type Picture = {
  file: string;
  path: string;
  colorScheme: "dark" | "light";
  ready(page: Page): Promise<void>;
};

const PICTURES: Picture[] = [
  {
    file: "page.png",
    path: "",
    colorScheme: "dark",
    ready: (page) => page.locator(".delivery").first().waitFor(),
  },
  {
    file: "dashboard.png",
    path: "dashboard?range=1h&refresh=0",
    colorScheme: "dark",
    ready: (page) => page.locator("[data-panel=drops]").waitFor(),
  },
  {
    file: "dashboard-light.png",
    path: "dashboard?range=1h&refresh=0",
    colorScheme: "light",
    ready: (page) => page.locator("[data-panel=drops]").waitFor(),
  },
];
/** For what moves on the page to have come to rest. */
const SETTLE_MS = 1_500;

const server = await fakeServer();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
for (const { file, path, colorScheme, ready } of PICTURES) {
  const page = await browser.newPage({ viewport: SIZE, colorScheme, reducedMotion: "reduce" });
  await page.goto(`${server.url}${path}`);
  await ready(page);
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: join(DOCS, file) });
  await page.close();
  console.log(`✓ docs/${file}`);
}
await browser.close();
await server.close();
