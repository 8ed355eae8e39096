import { describe, expect, it } from "vitest";
import { dailyEnd } from "./daily-interval.ts";

const night = { from: "22:00", to: "07:00", zone: "Europe/Berlin" };
const until = (at: string, quiet = night) => {
  const end = dailyEnd(quiet, Date.parse(at));
  return end === null ? null : new Date(end).toISOString();
};

describe("quiet hours", () => {
  it("span midnight, by the local clock", () => {
    expect(until("2026-01-15T20:59:59Z")).toBeNull();
    expect(until("2026-01-15T21:00:00Z")).toBe("2026-01-16T06:00:00.000Z");
    expect(until("2026-01-16T05:59:59Z")).toBe("2026-01-16T06:00:00.000Z");
    expect(until("2026-01-16T06:00:00Z")).toBeNull();
  });

  it("end when the wall clock says so in the nights when the clocks change", () => {
    // Berlin: forward on 29 March 2026, back on 25 October 2026.
    expect(until("2026-03-28T22:30:00Z")).toBe("2026-03-29T05:00:00.000Z");
    expect(until("2026-10-24T21:00:00Z")).toBe("2026-10-25T06:00:00.000Z");
  });

  it("never end in the quiet hours nor before now, at any minute of the year", () => {
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 17 * 60_000 * 13) {
      const end = dailyEnd(night, at);
      if (end === null) continue;
      expect(end).toBeGreaterThan(at);
      expect(dailyEnd(night, end), new Date(at).toISOString()).toBeNull();
    }
  });

  it("end, also where the clocks skip their end or show it twice", () => {
    const early = { from: "22:00", to: "02:30", zone: "Europe/Berlin" };
    for (const day of ["2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z"])
      for (let at = Date.parse(day); at < Date.parse(day) + 8 * 3_600_000; at += 60_000) {
        const end = dailyEnd(early, at);
        if (end !== null) expect(end, new Date(at).toISOString()).toBeGreaterThan(at);
      }
    expect(until("2026-03-29T00:45:00Z", early)).toBe("2026-03-29T01:30:00.000Z");
  });

  it("hold nothing when they make no sense", () => {
    for (const quiet of [
      { ...night, zone: "Mars/Base" },
      { ...night, from: "25:00" },
      { ...night, from: "07:00" },
    ])
      expect(dailyEnd(quiet, Date.parse("2026-01-16T02:00:00Z"))).toBeNull();
  });
});
