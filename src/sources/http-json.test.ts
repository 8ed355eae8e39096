import { describe, expect, it } from "vitest";
import { httpJson } from "./http-json.ts";
import { reader } from "./reader.ts";

describe("any JSON API", () => {
  const api = (more: object) => ({
    HTTP_JSON_TOKEN: "the secret",
    HTTP_JSON_SOURCES: JSON.stringify([
      {
        name: "api",
        url: "https://a.test/items?sort=new",
        items: "data.list",
        map: { id: "nr", text: "body.words", posted_at: "at" },
        ...more,
      },
    ]),
  });
  const item = (nr: number) => ({ nr, body: { words: `$DEMO ${nr}` }, at: 1_795_160_000 + nr });

  it("is read by a map, whatever form its times have", async () => {
    const times = [1_795_166_100, 1_795_166_100_000, "1795166100", "2026-11-20T09:15:00Z"];
    const list = times.map((at, i) => ({ ...item(i), at }));
    const { posts, rejected } = await reader(httpJson, api({}), () => ({ data: { list: [...list, { nr: 9 }, 7, null] } })).read();
    expect(posts.map(({ postedAt }) => postedAt)).toEqual(times.map(() => "2026-11-20T09:15:00.000Z"));
    expect([posts[0]?.source, posts[0]?.author, posts[0]?.text, rejected]).toEqual(["api", "api", "$DEMO 0", 3]);
  });

  it("is asked with its secrets, after the greatest id, and with the tag of the last answer", async () => {
    const more = { headers: { authorization: "Bearer ${HTTP_JSON_TOKEN}" }, cursor: { param: "after", from: "max:id" } };
    const { read, calls } = reader(httpJson, api(more), () =>
      Response.json({ data: { list: [item(9), item(10)] } }, { headers: { etag: '"v1"' } }),
    );
    const { cursor } = await read();
    await read(cursor);
    expect(calls.map(({ url }) => url.searchParams.get("after"))).toEqual([null, "10"]);
    expect(calls[1]?.url.searchParams.get("sort")).toBe("new");
    expect(calls.map(({ headers }) => [headers.authorization, headers["if-none-match"]])).toEqual([
      ["Bearer the secret", undefined],
      ["Bearer the secret", '"v1"'],
    ]);
    expect(cursor).not.toContain("secret");
  });

  it("may name the next page in its answer", async () => {
    const more = { cursor: { param: "page", from: "path:meta.next" } };
    const { read, calls } = reader(httpJson, api(more), () => ({ data: { list: [item(1)] }, meta: { next: "abc" } }));
    await read((await read()).cursor);
    expect(calls[1]?.url.searchParams.get("page")).toBe("abc");
  });

  it("gives items without an id the hash of what they are", async () => {
    const { posts } = await reader(httpJson, api({ map: { text: "body.words" } }), () => ({
      data: { list: [item(1), item(1), item(2)] },
    })).read();
    expect(new Set(posts.map(({ id }) => id)).size).toBe(2);
  });

  it.each([
    ["a path that is none", { items: "a..b" }, "HTTP_JSON_SOURCES"],
    ["a name that is none", { name: "A B" }, "HTTP_JSON_SOURCES"],
    ["an address of another kind", { url: "file:///etc/passwd" }, "HTTP_JSON_SOURCES"],
  ])("is off, and says which setting is wrong: %s", (_, more, setting) => {
    const state = httpJson.configure(api(more));
    expect(state.kind === "off" && state.why).toContain(setting);
  });
});
