import { describe, expect, it } from "vitest";
import type { PaceLimit } from "../channels/channel.ts";
import { PATIENCE_MS, rateReservations } from "./gcra.ts";

const chat: PaceLimit = { key: "chat", count: 1, perMs: 1_000, burst: 1 };
const group: PaceLimit = { key: "group", count: 14, perMs: 60_000, burst: 4 };

function setUp() {
  const clock = { now: 1_000_000 };
  const memory = new Map<string, number>();
  const make = () =>
    rateReservations(() => clock.now, {
      get: (key) => memory.get(key),
      put: (key, at) => void memory.set(key, at),
    });
  return { clock, make, ...make() };
}

/** When each of `count` messages that all wait from the start goes out. */
function departures(count: number, limits: PaceLimit[]): number[] {
  const { clock, reserve } = setUp();
  const start = clock.now;
  return Array.from({ length: count }, (_, holder) => clock.now + reserve(holder, limits) - start);
}

describe("rate reservations", () => {
  it("lets one a second into a chat", () => {
    expect(departures(4, [chat])).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it("never lets more than twenty a minute into a group, nor two in a second", () => {
    const times = departures(120, [chat, group]);
    for (const start of times) {
      expect(times.filter((at) => at >= start && at < start + 60_000).length).toBeLessThanOrEqual(
        20,
      );
      expect(times.filter((at) => at >= start && at < start + 1_000).length).toBe(1);
    }
    expect(Math.max(...times)).toBeLessThan(120 * 4_500);
  });

  it("lets a burst through after a pause, as far as the limit allows", () => {
    expect(departures(6, [group]).filter((at) => at === 0)).toHaveLength(4);
  });

  it("lets nobody depart while the target rests, and no longer than a minute", () => {
    const { clock, reserve, rest } = setUp();
    expect(reserve(1, [group])).toBe(0);
    rest([group], 2_500);
    expect(reserve(2, [group])).toBe(2_500);
    expect(reserve(3, [chat])).toBe(0);
    clock.now += 2_500;
    expect(reserve(2, [group])).toBe(0);
    rest([chat], 86_400_000);
    expect(reserve(4, [chat])).toBe(60_000);
  });

  it("keeps the reservation of a holder that comes back", () => {
    const { clock, reserve } = setUp();
    reserve(1, [chat]);
    expect(reserve(2, [chat])).toBe(1_000);
    expect(reserve(3, [chat])).toBe(2_000);
    clock.now += 600;
    expect(reserve(2, [chat])).toBe(400);
    clock.now += 400;
    expect(reserve(2, [chat])).toBe(0);
    expect(reserve(4, [chat])).toBe(2_000);
  });

  it("remembers the arrival times when its object is made anew", () => {
    const world = setUp();
    world.reserve(1, [chat]);
    expect(world.make().reserve(2, [chat])).toBe(1_000);
  });

  it("lets everything through where there is no limit", () => {
    expect(departures(3, [])).toEqual([0, 0, 0]);
  });

  it("spreads those who come back late together", () => {
    const { clock, reserve } = setUp();
    const holders = Array.from({ length: 40 }, (_, holder) => holder);
    const left: number[] = [];
    for (const holder of holders) if (reserve(holder, [group]) === 0) left.push(clock.now);
    clock.now += 8 * 60_000;
    for (let waiting = holders.slice(left.length); waiting.length > 0; clock.now += 5_000) {
      waiting = waiting.filter((holder) => {
        const wait = reserve(holder, [group]);
        if (wait <= PATIENCE_MS) left.push(clock.now + wait);
        return wait > PATIENCE_MS;
      });
    }
    for (const start of left)
      expect(left.filter((at) => at >= start && at < start + 60_000).length).toBeLessThanOrEqual(
        18,
      );
    expect(Math.max(...left) - Math.min(...left)).toBeLessThan(12 * 60_000);
  });
});
