import { describe, expect, it } from "vitest";
import { isDue, readCrons } from "./ticker.ts";

const at = new Date("2026-11-23T14:07:30Z");

describe("a cron expression", () => {
  it.each([
    ["* * * * *"],
    ["7 * * * *"],
    ["*/7 * * * *"],
    ["0-10 14 * * *"],
    ["1,7 * 23 11 1"],
    ["7/30 * * * *"],
  ])("%s is due", (cron) => {
    expect(isDue(cron, at)).toBe(true);
  });
  it.each([
    ["8 * * * *"],
    ["*/5 * * * *"],
    ["7 13 * * *"],
    ["7 * 24 * *"],
    ["7 * * * 0"],
    ["0-6 * * * *"],
  ])("%s is not due", (cron) => {
    expect(isDue(cron, at)).toBe(false);
  });
});

it("finds the crons of wrangler.toml", () => {
  expect(readCrons("wrangler.toml")).toContain("* * * * *");
});
