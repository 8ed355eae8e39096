import { beforeEach, expect, it } from "vitest";
import { arrival, at, change, KEY, mention, pending } from "./contract/fixtures.ts";
import { type Store, StoreUnavailable } from "./index.ts";
import { memoryStore } from "./memory/index.ts";
import { withReplica } from "./replica.ts";

let primary: Store;
let replica: Store;
let store: Store;

async function filled(): Promise<Store> {
  const made = memoryStore();
  await made.accept([arrival(1)], at(0));
  await made.recordJudgements([pending(1, KEY)], at(1));
  await made.commit(change(0, [mention(1)], { at: at(2) }));
  return made;
}

beforeEach(async () => {
  primary = await filled();
  replica = memoryStore();
  store = withReplica(primary, replica);
});

it("reads the feed at the replica, as old as that is", async () => {
  expect(await store.signal(KEY)).toBeUndefined();
  store = withReplica(primary, await filled());
  expect((await store.signal(KEY))?.eventKey).toBe(KEY);
});

it("answers an event and its evidence of one moment", async () => {
  const page = { limit: 10, cursor: null };
  expect((await primary.evidenceInTime(KEY, page)).items).toHaveLength(1);
  expect((await store.evidenceInTime(KEY, page)).items).toEqual([]);
});

it("writes, and reads what was just written, at the primary", async () => {
  await store.accept([arrival(2)], at(3));
  const { posts } = await primary.overview(at(4));
  expect(posts.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  expect(await store.post("x", "2")).toBeDefined();
  expect(await replica.post("x", "2")).toBeUndefined();
});

it("reads at the primary while the replica is out of reach", async () => {
  replica.signal = () => Promise.reject(new StoreUnavailable("asleep"));
  expect((await withReplica(primary, replica).signal(KEY))?.eventKey).toBe(KEY);
});

it("hides no mistake behind the other database", async () => {
  replica.signal = () => Promise.reject(new TypeError("a bug"));
  await expect(withReplica(primary, replica).signal(KEY)).rejects.toThrow(TypeError);
});
