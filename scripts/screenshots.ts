/**
 * `npm run screenshots`: writes the pictures in docs/ from the pages themselves, over the scene of
 * the browser tests. `-- --live URL` takes the moving one from a stack that runs there. Needs a
 * Chromium (CHROMIUM names another one).
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import gifenc from "gifenc";
import { type Browser, chromium, type Page } from "playwright-core";
import { fakeServer } from "../test/browser/fake-server.ts";

const { applyPalette, GIFEncoder, quantize } = gifenc;
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

async function stillPictures(browser: Browser): Promise<void> {
  const server = await fakeServer();
  for (const { file, path, colorScheme, ready } of PICTURES) {
    const page = await browser.newPage({ viewport: SIZE, colorScheme, reducedMotion: "reduce" });
    await page.goto(`${server.url}${path}`);
    await ready(page);
    await page.waitForTimeout(SETTLE_MS);
    await page.screenshot({ path: join(DOCS, file) });
    await page.close();
    console.log(`✓ docs/${file}`);
  }
  await server.close();
}

const FRAMES = 10;
const FRAME_MS = 900;
const LIVE_SIZE = { width: 1200, height: 720 };
const SHRINK = 0.65;
const COLOURS = 48;

/** Posts come in, a signal's drawer opens: ten frames, small enough for a README. */
async function movingPicture(browser: Browser, url: string): Promise<void> {
  const page = await browser.newPage({
    viewport: LIVE_SIZE,
    colorScheme: "dark",
    reducedMotion: "reduce",
  });
  await page.goto(url);
  await page.locator("#signals li button").first().waitFor();
  const shrinker = await browser.newPage();
  const gif = GIFEncoder();
  for (let frame = 0; frame < FRAMES; frame++) {
    if (frame === FRAMES - 4) await page.locator("#signals li button").first().click();
    const { pixels, width, height } = await shrunk(shrinker, await page.screenshot());
    const palette = quantize(pixels, COLOURS);
    gif.writeFrame(applyPalette(pixels, palette), width, height, { palette, delay: FRAME_MS });
    await page.waitForTimeout(FRAME_MS);
  }
  gif.finish();
  writeFileSync(join(DOCS, "live.gif"), gif.bytes());
  console.log("✓ docs/live.gif");
}

/** The browser reads the PNG and makes it smaller. */
async function shrunk(page: Page, png: Buffer) {
  const width = Math.round(LIVE_SIZE.width * SHRINK);
  const height = Math.round(LIVE_SIZE.height * SHRINK);
  const text = await page.evaluate(
    async ({ source, width, height }) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d");
      if (context === null) throw new Error("no canvas");
      context.imageSmoothingQuality = "high";
      context.drawImage(image, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      let binary = "";
      for (let at = 0; at < data.length; at += 8192)
        binary += String.fromCharCode(...data.subarray(at, at + 8192));
      return btoa(binary);
    },
    { source: `data:image/png;base64,${png.toString("base64")}`, width, height },
  );
  return { pixels: new Uint8Array(Buffer.from(text, "base64")), width, height };
}

const { values } = parseArgs({ options: { live: { type: "string" } } });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
await (values.live === undefined ? stillPictures(browser) : movingPicture(browser, values.live));
await browser.close();
