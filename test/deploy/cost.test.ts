import { expect, it } from "vitest";
import { countOperations } from "../../bench/cost.ts";
import { COUNTED } from "../../cli/cost/bill.ts";

it("counts what docs/cost.md says a thousand posts cost", async () => {
  const { perThousand, posts } = await countOperations();
  expect(posts).toBe(COUNTED.posts);
  const { points = 0, queueWrites, sqlStatements } = perThousand;
  const written = COUNTED.perThousand.points ?? 0;
  const rose = `${written} points in docs/cost.md, ${points} now; npm run bench -- cost`;
  expect(points / written, rose).toBeLessThan(1.5);
  // Only what an object does not take in two seconds goes through a queue.
  expect(queueWrites).toBeLessThan(1_000);
  // As fast as they may ever be: a bug that asks the database for each post would show.
  expect(sqlStatements).toBeLessThan((COUNTED.perThousand.sqlStatements ?? 0) * 2);
});
