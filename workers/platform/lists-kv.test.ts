import { expect, it } from "vitest";
import { apiApp } from "../../src/api/app.ts";
import { parseBlacklist } from "../../src/filter/blacklist.ts";
import { iso } from "../../src/kit/time.ts";
import type { RawPost } from "../../src/model/raw-post.ts";
import { judge } from "../../src/pipeline.ts";
import { memoryStore } from "../../src/store/memory/index.ts";
import { ADMIN_KEY, fakePorts, NOW } from "../../test/support/api.ts";
import { hotList } from "./lists-kv.ts";

const REREAD_MS = 60_000;
const POST: RawPost = {
  source: "x",
  id: "1",
  author: "shill",
  text: "$DEMO is on mainnet since this morning",
  postedAt: iso(NOW),
};

/** A list in a KV in memory as two isolates see it, one of which publishes. */
function lists(builtIn: string) {
  const kv = new Map<string, string>();
  const clock = { now: NOW };
  const store = {
    get: async (key: string) => kv.get(key) ?? null,
    put: async (key: string, text: string) => void kv.set(key, text),
  };
  const isolate = () =>
    hotList("blacklist", builtIn, parseBlacklist, store, REREAD_MS, () => clock.now);
  return { here: isolate(), elsewhere: isolate(), pass: (ms: number) => (clock.now += ms) };
}
type List = ReturnType<typeof lists>["here"];
const judged = async (list: List) =>
  judge(POST, {
    filter: { languages: [], blacklist: await list.get() },
    refine: { windowMinutes: 60, authors: new Map() },
  });

it("drops by a published list here at once, and in other isolates after their time", async () => {
  const { here, elsewhere, pass } = lists("authors: []");
  expect([(await judged(here)).kind, (await judged(elsewhere)).kind]).toEqual(["keep", "keep"]);
  await here.publish("authors: ['@Shill']");
  expect([(await judged(here)).kind, (await judged(elsewhere)).kind]).toEqual(["drop", "keep"]);
  pass(REREAD_MS);
  expect((await judged(elsewhere)).kind).toBe("drop");
});

it("keeps the last good list when the next one has a mistake", async () => {
  const { here, pass } = lists("authors: [shill]");
  expect(await here.publish("author: [nobody]")).toMatchObject({
    kind: "rejected",
    problems: [{ line: 1 }],
  });
  pass(REREAD_MS);
  expect((await judged(here)).kind).toBe("drop");
});

it("reads a text anew only when it is another one", async () => {
  let reads = 0;
  const clock = { now: NOW };
  let stored = "authors: [shill]";
  const list = hotList(
    "blacklist",
    "authors: []",
    (text) => {
      reads += 1;
      return parseBlacklist(text);
    },
    { get: async () => stored, put: async () => undefined },
    REREAD_MS,
    () => clock.now,
  );
  for (let n = 0; n < 5; n++, clock.now += REREAD_MS) await list.get();
  expect(reads).toBe(1);
  stored = "authors: [other]";
  await list.get();
  expect(reads).toBe(2);
});

it.each([
  ["blacklist", "authors: [shill]", POST.text, "author shill"],
  [
    "spam",
    "authors: []",
    "🎁 $500 GIVEAWAY! Follow me, retweet and tag 3 friends, winners in 24 hours",
    "giveaway",
  ],
  ["no_token", "authors: []", "The node's memory leak is fixed since yesterday", "names no token"],
])(
  "shows an operator at GET /posts/{source}/{id} that a post was dropped for %s, and the evidence",
  async (reason, list, text, evidence) => {
    const { here } = lists(list);
    const store = memoryStore();
    const post = { ...POST, text };
    await store.accept([{ post, textHash: "h" }], iso(NOW));
    const { judgement } = judge(post, {
      filter: { languages: [], blacklist: await here.get() },
      refine: { windowMinutes: 60, authors: new Map() },
    });
    await store.recordJudgements([judgement], iso(NOW));
    const headers = { Authorization: `Bearer ${ADMIN_KEY}` };
    const shown = await (
      await apiApp(fakePorts({ store })).request("/posts/x/1", { headers })
    ).text();
    expect(shown).toContain(`"reason":"${reason}"`);
    expect(shown.toLowerCase()).toContain(evidence);
  },
);
