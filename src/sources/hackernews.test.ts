import { describe, expect, it } from "vitest";
import { hackernews } from "./hackernews.ts";
import { type Asked, NOW, reader } from "./reader.ts";

describe("Hacker News", () => {
  const ids = Array.from({ length: 60 }, (_, i) => i + 1);
  const story = (id: number) => ({ id, by: "ada", time: NOW / 1_000 - (60 - id) * 60, title: `Story ${id}` });
  const service = ({ url }: Asked) =>
    url.pathname.endsWith("newstories.json") ? ids : story(Number(/(\d+)\.json$/.exec(url.pathname)?.[1]));

  it("reads on from its last story, the oldest first", async () => {
    const { posts, cursor } = await reader(hackernews, {}, service).read("10");
    expect([posts[0]?.id, posts.length, cursor]).toEqual(["11", 25, "35"]);
  });

  it("reads a backfill backwards, and stops at its time", async () => {
    const { read } = reader(hackernews, {}, service);
    const since = new Date(NOW - 30 * 60_000).toISOString();
    const first = await read(null, since);
    const second = await read(first.cursor, since);
    expect([first.posts.length, first.more, second.posts.length, second.more]).toEqual([25, true, 6, false]);
  });
});
