import { existsSync } from "node:fs";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** The tests are skipped where there is none, except in CI. */
export const missing = !existsSync(CHROMIUM);
if (missing && process.env.CI === "true")
  throw new Error(`no browser at ${CHROMIUM}: apt-get install chromium, or set CHROMIUM`);
if (missing)
  console.warn(
    `The browser tests are skipped: no browser at ${CHROMIUM} (apt-get install chromium, or set ` +
      `CHROMIUM).`,
  );

export const PATIENCE = 60_000;
