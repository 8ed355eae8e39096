import { expect, it } from "vitest";
import { NOON, outboxWorld, signalOf } from "../../test/support/outbox.ts";
import { iso } from "../kit/time.ts";
import type { SignalState } from "../model/scalars.ts";

const CONTRACT = "0x1111111111111111111111111111111111111111";
const WINDOW = "2026-01-15T12:00:00Z";
const OF_SYMBOL = { eventKey: `unknown:DEMO:${WINDOW}`, tokenCa: null };
const OF_CONTRACT = { eventKey: `evm:${CONTRACT}:${WINDOW}`, tokenCa: CONTRACT };

/** A search found the contract of the symbol. */
const FOUND = { ...signalOf().facts, values: { contract: `eth:${CONTRACT}` } };

async function worldOfTwo(digestMinutes = 0) {
  const filter = { ...(await filterOf()), digestMinutes };
  const world = await outboxWorld({ filter });
  const announce = (event: typeof OF_SYMBOL | typeof OF_CONTRACT, state: SignalState) =>
    world.change({ state, transition: 1, ...(event.tokenCa === null && { facts: FOUND }) }, event);
  return { ...world, announce };
}
const filterOf = async () =>
  (await outboxWorld()).store.channels().then(([one]) => {
    if (one === undefined) throw new Error("there is no channel");
    return one.filter;
  });

it("tells a channel once what two events of one token say", async () => {
  const { announce, deliver, seen, rows, clock } = await worldOfTwo();
  const first = await announce(OF_SYMBOL, "verified");
  const second = await announce(OF_CONTRACT, "verified");
  expect(await deliver(second)).toMatchObject({ kind: "later", reason: "behind an older one" });
  expect(await deliver(first)).toMatchObject({ kind: "done", result: "ok" });
  clock.now += 5_000;
  expect(await deliver(second)).toMatchObject({ kind: "done", result: "repeated" });
  expect(seen).toHaveLength(1);
  expect((await rows()).map(({ status, attempts }) => [status, attempts.at(-1)?.result])).toEqual([
    ["done", "ok"],
    ["done", "repeated"],
  ]);
});

it("tells it when the other event says something else", async () => {
  const { announce, deliver, seen } = await worldOfTwo();
  await deliver(await announce(OF_SYMBOL, "verified"));
  expect(await deliver(await announce(OF_CONTRACT, "downgraded"))).toMatchObject({ result: "ok" });
  expect(seen).toHaveLength(2);
});

it("leaves it out of a digest too", async () => {
  const { announce, deliver, seen, clock, store } = await worldOfTwo(10);
  await deliver(await announce(OF_SYMBOL, "verified"));
  clock.now += 11 * 60_000;
  for (const row of await store.due(iso(clock.now), 10)) await deliver(row.id);
  const told = seen.length;
  await announce(OF_CONTRACT, "verified");
  clock.now += 11 * 60_000;
  for (const row of await store.due(iso(clock.now), 10)) await deliver(row.id);
  expect([told, seen.length]).toEqual([1, 1]);
  expect(NOON).toBeLessThan(clock.now);
});
