import { expect, it, vi } from "vitest";
import { differential } from "../conformance/filtrex/differ.ts";

vi.spyOn(console, "warn").mockImplementation(() => undefined);

const SHARDS = 10;
const EACH = 20_000;

/**
 * 200,000 in all. A failure names its seed, and shows the smallest expression that still differs.
 */
it.each(Array.from({ length: SHARDS }, (_, shard) => 1_000_000 + shard * EACH))(
  "answers as filtrex does, for 20,000 expressions from seed %i",
  { timeout: 300_000 },
  (seed) => {
    const run = differential(EACH, seed);
    expect(run.differences).toEqual([]);
    expect(run.tried).toBe(EACH);
    expect(Math.min(run.answered, run.failedWhenRun, run.refused)).toBeGreaterThan(EACH / 25);
  },
);
