import { expect, it } from "vitest";
import { acceptPosts } from "../src/intake/accept.ts";
import { iso } from "../src/kit/time.ts";
import { eventWorld, NOON } from "./support/event-world.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SENDER = { traceId: TRACE_ID, spanId: "b7ad6b7169203331", sampled: true };
const TEXT = "$DEMO shipped its long awaited upgrade of the bridge today, as the team announced";
const post = (id: string, text = TEXT) => ({
  ...{ source: "demo", id, author: "ada", postedAt: iso(NOON), text },
});

it("writes the steps of a post into its own trace, from its acceptance to the commit", async () => {
  const { world, acceptPorts, settle } = await eventWorld();
  world.market = { ...world.market, ms: 40, via: "dexscreener" };
  await acceptPosts([post("1")], acceptPorts, { parent: SENDER });
  await settle();
  const own = world.spans.find(({ name }) => name === "post");
  expect(own).toMatchObject({ traceId: TRACE_ID, parentId: SENDER.spanId });
  expect(own?.attributes).toMatchObject({ "post.source": "demo", "post.outcome": "kept" });
  const under = (parent: string | undefined) =>
    world.spans.filter(({ parentId }) => parentId === parent).map(({ name }) => name);
  // The event writes its own before the post's acceptance has ended.
  const steps = ["enrich", "rules", "store", "filter", "refine", "dedup"];
  expect(under(own?.spanId)).toEqual(steps);
  const enrich = world.spans.find(({ name }) => name === "enrich");
  expect(under(enrich?.spanId)).toEqual(["dex"]);
  expect(world.spans.every(({ traceId }) => traceId === TRACE_ID)).toBe(true);
  expect(new Set(world.spans.map(({ spanId }) => spanId)).size).toBe(world.spans.length);
});

it("says of a dropped post where it ended and why, and writes nothing that is not sampled", async () => {
  const { world, acceptPorts, settle } = await eventWorld();
  await acceptPosts([post("1", "good morning to everybody here")], acceptPorts, { parent: SENDER });
  await settle();
  const dropped = { "post.outcome": "dropped", reason: "no_token" };
  expect(world.spans.map(({ name }) => name)).toEqual(["post", "filter", "refine"]);
  expect(world.spans[0]?.attributes).toMatchObject(dropped);
  world.spans = [];
  await acceptPosts([post("2")], acceptPorts, { parent: { ...SENDER, sampled: false } });
  await settle();
  expect(world.spans).toEqual([]);
});
