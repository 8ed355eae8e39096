import { expect, it } from "vitest";
import { deliveriesTogether } from "../src/store/postgres/deliveries.ts";
import type { Sql } from "../src/store/postgres/sql.ts";

const NOW = "2026-01-15T12:00:00.000Z";

/** A database in which every row can be claimed and closed; `statements` are the ids in each. */
function database() {
  const statements: number[][] = [];
  const sql: Sql = {
    async query<Row>(text: string, [asked]: unknown[]) {
      const rows = JSON.parse(`${asked}`) as { id: number; token: string }[];
      if (text.includes("ruling")) statements.push(rows.map(({ id }) => id).sort((a, b) => a - b));
      return rows.map(({ id, token }) => ({
        ...{ id, token, kind: "claimed", delivery: { id, leaseToken: token } },
      })) as Row[];
    },
  };
  const store = deliveriesTogether(sql, () => new Promise((wake) => setTimeout(wake, 5)));
  const claim = (id: number) => store.claim(id, `token ${id}`, NOW, 30_000);
  const close = (id: number) =>
    store.close(id, `token ${id}`, { kind: "done", externalId: null }, null, NOW);
  /** One after another, each in a turn of the event loop of its own. */
  async function spread(ids: number[]): Promise<void> {
    const claims: Promise<unknown>[] = [];
    for (const id of ids) {
      claims.push(claim(id));
      await new Promise((turn) => setImmediate(turn));
    }
    await Promise.all(claims);
  }
  return { statements, spread, close };
}

it("claims each row at once while few are held", async () => {
  const { statements, spread } = database();
  await spread([1, 2, 3]);
  expect(statements).toEqual([[1], [2], [3]]);
});

it("claims together what comes within a pause while many are held", async () => {
  const { statements, spread } = database();
  await spread([1, 2, 3, 4, 5, 6, 7, 8]);
  await spread([9, 10, 11]);
  expect(statements.slice(8)).toEqual([[9, 10, 11]]);
});

it("claims each at once again when what was held has ended", async () => {
  const { statements, spread, close } = database();
  await spread([1, 2, 3, 4, 5, 6, 7, 8]);
  await Promise.all([1, 2, 3].map(close));
  await spread([9, 10]);
  expect(statements.slice(8)).toEqual([[9], [10]]);
});
