import { expect, it } from "vitest";
import { acceptPosts } from "../src/intake/accept.ts";
import { ChannelFilter } from "../src/model/channel-config.ts";
import { memoryStore } from "../src/store/memory/index.ts";
import { eventWorld, NOON } from "./support/event-world.ts";

const AT = new Date(NOON).toISOString();
const WORDS = [
  "$DEMO shipped its long awaited upgrade of the bridge today, and answered every question",
  "The exchange in Prague opens trading of $DEMO on Friday, says its head of listings",
  "Auditors found nothing to mend in the contract of $DEMO, read their whole report here",
];

/** A stream beside the log of the world, and posts about one token that come one by one. */
async function streamed() {
  const store = memoryStore();
  const saved = await store.addChannel(
    {
      kind: "ndjson",
      name: "lake",
      settings: { url: "https://collect.dev.org/in" },
      filter: ChannelFilter.parse({}),
      atMostOnce: false,
    },
    AT,
  );
  const lake = saved.kind === "saved" ? saved.channel.id : 0;
  const set = await eventWorld(new Map(), store);
  for (const [n, text] of WORDS.entries()) {
    const post = { source: "demo", id: `${n}`, author: `author${n}`, postedAt: AT, text };
    await acceptPosts([post], set.acceptPorts);
    await set.settle();
  }
  const { items } = await store.outbox(
    { status: null, channelId: null, since: null },
    { limit: 50, cursor: null },
  );
  const rows = items.toReversed();
  return { lake, rows: rows.filter(({ channelId }) => channelId === lake), all: rows, store };
}

type Payload = { evidenceCount: number; stream?: { rev: number; facts: object } };

it("gives a stream every revision of an event, and people its transition alone", async () => {
  const { rows, all, store } = await streamed();
  const told = rows.map(({ payload }) => payload as Payload);
  expect(told.map(({ stream, evidenceCount }) => [stream?.rev, evidenceCount])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  expect(told[0]?.stream?.facts).toMatchObject({ dex_liquidity: 500_000 });
  expect(new Set(rows.map(({ idemKey }) => idemKey)).size).toBe(3);
  expect(all.length - rows.length).toBe(1);
  expect(await store.audit()).toMatchObject({ miscounted: 0 });
});
