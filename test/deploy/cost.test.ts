import { expect, it } from "vitest";
import { countOperations } from "../../bench/cost.ts";
import { COUNTED } from "../../cli/cost/bill.ts";

/** How many they are at most follows from the posts; a fast machine has fewer of them. */
const BOUNDED = ["queueWrites", "queueReads", "points"];
const TOLERANCE = 0.25;

it("counts what docs/cost.md says a thousand posts cost", async () => {
  const { perThousand, posts } = await countOperations();
  expect(posts).toBe(COUNTED.posts);
  for (const name of BOUNDED) {
    const [now = 0, written = 0] = [perThousand[name], COUNTED.perThousand[name]];
    const rose = `${name}: ${written} in docs/cost.md, ${now} now; npm run bench -- cost`;
    expect(now / written - 1, rose).toBeLessThan(TOLERANCE);
  }
  // As fast as they may ever be: a bug that asks the database for each post would show.
  expect(perThousand.sqlStatements).toBeLessThan((COUNTED.perThousand.sqlStatements ?? 0) * 2);
});
