/**
 * `npm run screenshots`: writes the pictures in docs/ from the pages themselves, over the scene of
 * the browser tests. `-- --live URL` takes them, and the moving one, from a stack that has run
 * there for a quarter of an hour. Needs a Chromium (CHROMIUM names another one).
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

const POSTS_SEEN = 5;
const POSTS_WITHIN_MS = 20_000;

const PICTURES: Picture[] = [
  {
    file: "page.png",
    path: "",
    colorScheme: "dark",
    async ready(page) {
      await page.locator(".delivery").first().waitFor();
      // Posts come to a stack that runs, and never to the scene.
      const posts = page.locator(".post").nth(POSTS_SEEN);
      await posts.waitFor({ timeout: POSTS_WITHIN_MS }).catch(() => undefined);
    },
  },
  {
    file: "dashboard.png",
    path: "dashboard?refresh=0&range=",
    colorScheme: "dark",
    ready: (page) => page.locator("[data-panel=drops]").waitFor(),
  },
  {
    file: "dashboard-light.png",
    path: "dashboard?refresh=0&range=",
    colorScheme: "light",
    ready: (page) => page.locator("[data-panel=drops]").waitFor(),
  },
];
/** For what moves on the page to have come to rest. */
const SETTLE_MS = 1_500;

async function stillPictures(browser: Browser, server: { url: string; range: string }) {
  for (const { file, path, colorScheme, ready } of PICTURES) {
    const page = await browser.newPage({ viewport: SIZE, colorScheme, reducedMotion: "reduce" });
    await page.goto(`${server.url}${path}${path.endsWith("range=") ? server.range : ""}`);
    await ready(page);
    await page.waitForTimeout(SETTLE_MS);
    await page.screenshot({ path: join(DOCS, file) });
    await page.close();
    console.log(`✓ docs/${file}`);
  }
}

const FRAMES = 10;
const FRAME_MS = 900;
const SHRINK = 0.58;
const COLOURS = 48;
const VERIFIED = "#signals li:has([data-kind=verified]) > button";

/** Posts come in, a signal's drawer opens: ten frames, small enough for a README. */
async function movingPicture(browser: Browser, url: string): Promise<void> {
  const page = await browser.newPage({
    viewport: SIZE,
    colorScheme: "dark",
    reducedMotion: "reduce",
  });
  await page.goto(url);
  await page.locator(VERIFIED).first().waitFor();
  const shrinker = await browser.newPage();
  const gif = GIFEncoder();
  for (let frame = 0; frame < FRAMES; frame++) {
    if (frame === FRAMES - 4) await page.locator(VERIFIED).first().click();
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
  const width = Math.round(SIZE.width * SHRINK);
  const height = Math.round(SIZE.height * SHRINK);
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
if (values.live === undefined) {
  const scene = await fakeServer();
  await stillPictures(browser, { url: scene.url, range: "1h" });
  await scene.close();
} else {
  await movingPicture(browser, values.live);
  await stillPictures(browser, { url: values.live, range: "15m" });
}
await browser.close();
