import { expect, it } from "vitest";
import { localGuard } from "../src/http/local-guard.ts";
import { acceptPosts } from "../src/intake/accept.ts";
import { PostInput } from "../src/model/raw-post.ts";
import { hackernews } from "../src/sources/hackernews.ts";
import { type PollOptions, poll } from "../src/sources/poll.ts";
import { eventWorld, NOON } from "./support/event-world.ts";

/**
 * Stories 1 to 5, ten minutes apart, the last one ten minutes old, each about a token of its own
 * name.
 */
const story = (id: number) => ({
  id,
  by: `author${id}`,
  time: NOON / 1_000 - (6 - id) * 600,
  title:
    `$TOK${"ABCDE"[id - 1]} shipped its long awaited upgrade of the bridge today, and the ` +
    `team answered every question about it`,
});

async function setUp() {
  const world = await eventWorld();
  const ports = {
    fetch: async (url: string) => {
      if (url.endsWith("/maxitem.json")) return Response.json(5);
      const id = /(\d+)\.json$/.exec(url)?.[1];
      return Response.json(id === undefined ? [1, 2, 3, 4, 5] : story(Number(id)));
    },
    now: world.now,
    sleep: async () => undefined,
    guard: localGuard(world.now),
    store: world.store,
    accept: async (posts: Parameters<typeof acceptPosts>[0]) =>
      (await acceptPosts(posts, world.acceptPorts)).kind === "accepted"
        ? ("ok" as const)
        : ("unavailable" as const),
  };
  const run = async (options: PollOptions) => {
    const report = await poll(hackernews, hackernews.configure({}), ports, {
      now: true,
      ...options,
    });
    await world.settle();
    return report;
  };
  return { ...world, run };
}

const ALL_EVENTS = {
  type: null,
  chain: null,
  symbol: null,
  tokenCa: null,
  state: null,
  minScore: null,
  since: null,
  until: null,
};
const since = new Date(NOON - 35 * 60_000).toISOString();

it("scores what a backfill brings, and tells nobody", async () => {
  const { run, store, outbox } = await setUp();
  expect((await run({ since })).posts).toBe(3);
  expect((await store.audit()).evidence).toBe(3);
  expect(await outbox()).toEqual([]);
  expect(await store.cursor("hackernews")).toBeUndefined();
});

it("tells people when asked to", async () => {
  const { run, outbox } = await setUp();
  await run({ since, notify: true });
  expect(await outbox()).toHaveLength(3);
});

it("adds nothing twice when the poll comes over the same posts, and tells of those that are new", async () => {
  const { run, store, outbox } = await setUp();
  await run({ since });
  await run({});
  await run({});
  expect((await store.audit()).accepted).toBe(5);
  expect(await outbox()).toHaveLength(2);
});

const live = (over: Record<string, unknown>) =>
  PostInput.parse({
    id: "live",
    source: "me",
    author: "ada",
    text: "$TOKD is about to list on a large exchange, says its own team in the channel",
    posted_at: new Date(NOON - 60_000).toISOString(),
    ...over,
  });

it("leaves the notification of a window to the first live post", async () => {
  const { run, store, outbox, acceptPorts, settle } = await setUp();
  await run({ since });
  const [quiet] = (await store.events(ALL_EVENTS, { limit: 10, cursor: null })).items;
  expect(quiet?.state).toBe("verified");
  expect(await outbox()).toEqual([]);
  const sameEvent = `$${quiet?.symbol} is about to list on a large exchange, says its own team`;
  const posted_at = quiet?.lastTs;
  await acceptPosts([live({ text: sameEvent, posted_at })], acceptPorts);
  await settle();
  await acceptPosts([live({ id: "next", text: `${sameEvent} again`, posted_at })], acceptPorts);
  await settle();
  expect(await outbox()).toMatchObject([
    { eventKey: quiet?.eventKey, payload: { state: "verified", previousState: null } },
  ]);
});

it("lets no sender mark a post as quiet", async () => {
  const { outbox, acceptPorts, settle } = await setUp();
  await acceptPosts([live({ raw: { quiet: true }, quiet: true })], acceptPorts);
  await settle();
  expect(await outbox()).toHaveLength(1);
});
