import { expect, it } from "vitest";
import type { MuteInterval } from "./document.ts";
import { coversWeek, mutedUntil } from "./mute-times.ts";

const BERLIN = "Europe/Berlin";
const times: Record<string, MuteInterval[]> = {
  nights: [{ from: "22:00", to: "07:00", zone: BERLIN, weekdays: ["mon", "tue"] }],
  weekend: [{ weekdays: ["sat", "sun"], zone: BERLIN }],
  lunch: [{ from: "12:00", to: "13:00", zone: "UTC" }],
  always: [{ zone: "UTC" }],
};
const until = (names: string[], at: string) => {
  const muted = mutedUntil(names, times, Date.parse(at));
  return muted && new Date(muted.until).toISOString();
};

it("holds messages until the end of the interval, by the clock of its zone", () => {
  expect(until(["lunch"], "2026-01-15T12:30:00Z")).toBe("2026-01-15T13:00:00.000Z");
  expect(until(["lunch"], "2026-01-15T13:00:00Z")).toBeNull();
  expect(until(["nights"], "2026-01-12T21:30:00Z")).toBe("2026-01-13T06:00:00.000Z");
  // Monday the 6th of July, by summer time.
  expect(until(["nights"], "2026-07-06T20:30:00Z")).toBe("2026-07-07T05:00:00.000Z");
});

it("counts a night for the day on which it begins", () => {
  expect(until(["nights"], "2026-01-14T02:00:00Z")).toBe("2026-01-14T06:00:00.000Z");
  expect(until(["nights"], "2026-01-14T21:30:00Z")).toBeNull();
  expect(until(["nights"], "2026-01-12T02:00:00Z")).toBeNull();
});

it("joins intervals that follow each other, and ends one that never ends", () => {
  expect(until(["weekend"], "2026-01-17T10:00:00Z")).toBe("2026-01-18T23:00:00.000Z");
  expect(until(["weekend"], "2026-01-16T22:30:00Z")).toBeNull();
  expect(until(["always"], "2026-01-16T22:30:00Z")).toBe("2026-01-30T00:00:00.000Z");
  expect(until(["unknown"], "2026-01-16T22:30:00Z")).toBeNull();
});

it.each<[string[], boolean]>([
  [["always"], true],
  [["thirds"], true],
  [["weekend", "weekdays"], true],
  [["weekend"], false],
  [["nights", "lunch"], false],
  [["butAMinute"], false],
  [[], false],
])("%j: leaves no moment of the week: %s", (names, covers) => {
  const zone = BERLIN;
  const more: Record<string, MuteInterval[]> = {
    thirds: [
      { from: "00:00", to: "08:00", zone },
      { from: "08:00", to: "16:00", zone },
      { from: "16:00", to: "00:00", zone },
    ],
    weekdays: [{ weekdays: ["mon", "tue", "wed", "thu", "fri"], zone }],
    butAMinute: [{ from: "12:01", to: "12:00", zone }],
  };
  expect(coversWeek(names, { ...times, ...more })).toBe(covers);
});
