import { describe, expect, it } from "vitest";
import { type Asked, NOW, reader } from "../../test/support/poll-reader.ts";
import { hackernews } from "./hackernews.ts";

describe("Hacker News", () => {
  const ids = Array.from({ length: 60 }, (_, i) => i + 1);
  const story = (id: number) => ({
    id,
    by: "ada",
    time: NOW / 1_000 - (60 - id) * 60,
    title: `Story ${id}`,
  });
  const maxItem = 60;
  const service = ({ url }: Asked, listed: unknown = ids) => {
    if (url.pathname.endsWith("newstories.json")) return listed;
    return url.pathname.endsWith("maxitem.json")
      ? maxItem
      : story(Number(/(\d+)\.json$/.exec(url.pathname)?.[1]));
  };
  const at = (cursor: string | null) => JSON.parse(cursor ?? "null");

  it("reads on from its last story, the oldest first", async () => {
    const { posts, cursor } = await reader(hackernews, {}, (asked) => service(asked)).read("10");
    expect([posts[0]?.id, posts.length, at(cursor).last]).toEqual(["11", 25, 35]);
  });

  it("reads a backfill backwards, and stops at its time", async () => {
    const { read } = reader(hackernews, {}, (asked) => service(asked));
    const since = new Date(NOW - 30 * 60_000).toISOString();
    const first = await read(null, since);
    const second = await read(first.cursor, since);
    expect([first.posts.length, first.more, second.posts.length, second.more]).toEqual([
      25,
      true,
      6,
      false,
    ]);
  });

  it.each([[9e15], [1e30], [-1], ["80"], [61], [null]])(
    "loses nothing to the id %s in the list",
    async (id) => {
      const { read } = reader(hackernews, {}, (asked) => service(asked, [id, ...ids]));
      const { posts, cursor } = await read("40");
      expect([posts.length, at(cursor).last]).toEqual([20, 60]);
    },
  );

  it("reads the whole list when its cursor lies beyond all that there is", async () => {
    const { posts } = await reader(hackernews, {}, (asked) => service(asked)).read(
      "9000000000000000",
    );
    expect([posts[0]?.id, posts.length]).toEqual(["1", 25]);
  });

  it("passes a story that cannot be read, and asks for it again", async () => {
    const state = { broken: true };
    const { read } = reader(hackernews, {}, (asked) =>
      state.broken && asked.url.pathname.endsWith("/42.json") ? "odd" : service(asked),
    );
    const first = await read("40");
    expect([first.posts.length, first.verdict.kind, at(first.cursor)]).toEqual([
      19,
      "retry",
      { last: 60, missed: [42] },
    ]);
    state.broken = false;
    const second = await read(first.cursor);
    expect([second.posts.map(({ id }) => id), at(second.cursor)]).toEqual([
      ["42"],
      { last: 60, missed: [] },
    ]);
  });

  it("stays where it is while no story can be read", async () => {
    const { read } = reader(hackernews, {}, (asked) =>
      asked.url.pathname.includes("/item/") ? "odd" : service(asked),
    );
    expect((await read("40")).cursor).toBe("40");
  });
});
