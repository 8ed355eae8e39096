import { describe, expect, it } from "vitest";
import { postTime } from "./post-time.ts";

const NOW = Date.UTC(2026, 10, 20, 10);
const NOW_ISO = "2026-11-20T10:00:00.000Z";
const MINUTE = 60_000;

describe("the time of a post", () => {
  it.each([
    ["a past one", NOW - MINUTE, { posted_at: "2026-11-20T09:59:00.000Z" }],
    ["one that our clock has not reached", NOW + MINUTE, { posted_at: NOW_ISO }],
    ["one some hours ahead", NOW + 180 * MINUTE, { posted_at: NOW_ISO, time_guessed: true }],
    ["one days ahead", NOW + 2_880 * MINUTE, { posted_at: "2026-11-22T10:00:00.000Z" }],
    ["one beyond all calendars", 9e15, { posted_at: "2099-12-31T23:59:59.999Z" }],
    ["none", null, { posted_at: NOW_ISO, time_guessed: true }],
    ["not a number", Number.NaN, { posted_at: NOW_ISO, time_guessed: true }],
    ["a counter that was never set", 0, { posted_at: NOW_ISO, time_guessed: true }],
    [
      "one before all posts",
      Date.UTC(1998, 0, 1),
      { posted_at: "2000-01-01T00:00:00.000Z", time_guessed: true },
    ],
    [
      "a day without an hour",
      { at: NOW - 1_440 * MINUTE, certain: false },
      { posted_at: "2026-11-19T10:00:00.000Z", time_guessed: true },
    ],
  ])("is, for %s, never an old one reported as now", (_, stated, time) => {
    expect(postTime(stated, NOW)).toEqual(time);
  });
});
