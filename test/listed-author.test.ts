import { expect, it } from "vitest";
import { acceptPosts } from "../src/intake/accept.ts";
import { eventWorld, NOON } from "./support/event-world.ts";

const CA = "0x6982508145454ce325ddbe47a25d4ec3d2311933";
const post = (text: string, author: string) => ({
  source: "x",
  id: text,
  author,
  postedAt: new Date(NOON).toISOString(),
  text,
});

async function signalsAfter(text: string, author: string) {
  const world = await eventWorld(new Map([["example_researcher", 1]]));
  await acceptPosts([post(text, author)], world.acceptPorts);
  await world.settle();
  const snapshots = (await world.store.snapshots(new Date(0).toISOString(), 10)) ?? [];
  const signals = await Promise.all(
    snapshots.map(({ event }) => world.store.signal(event.eventKey)),
  );
  return { signals, outbox: await world.outbox() };
}

it("makes a signal of a listed author's post of a symbol with its address", async () => {
  const { signals, outbox } = await signalsAfter(
    `Bullish on $DEMO. CA: ${CA}`,
    "example_researcher",
  );
  expect(signals).toHaveLength(1);
  expect(signals[0]).toMatchObject({
    state: "verified",
    facts: { values: { kol_mentions: 1 } },
  });
  expect(outbox).toHaveLength(1);
});

it("makes one of it too when the words are those of a promotion, which is spam by others", async () => {
  const text = `100x GUARANTEED $DEMO ${CA}, join our VIP telegram t.me/calls before the pump!!!`;
  expect((await signalsAfter(text, "example_researcher")).signals).toHaveLength(1);
  expect((await signalsAfter(text, "stranger")).signals).toHaveLength(0);
});

it("notifies a channel that was added a moment before", async () => {
  const world = await eventWorld(new Map([["example_researcher", 1]]));
  const [first] = await world.store.channels();
  if (first === undefined) throw new Error("the world has no channel");
  await world.store.addChannel({ ...first, name: "just added" }, new Date(NOON).toISOString());
  await acceptPosts([post(`Bullish on $DEMO. CA: ${CA}`, "example_researcher")], world.acceptPorts);
  await world.settle();
  expect((await world.outbox()).map(({ channel }) => channel).sort()).toEqual(
    [first.name, "just added"].sort(),
  );
});
