import { describe, expect, it } from "vitest";
import { reader } from "../../../test/support/poll-reader.ts";
import { httpJson } from "./index.ts";

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
    const { posts, rejected } = await reader(httpJson, api({}), () => ({
      data: { list: [...list, { nr: 9 }, 7, null] },
    })).read();
    expect(posts.map(({ postedAt }) => postedAt)).toEqual(
      times.map(() => "2026-11-20T09:15:00.000Z"),
    );
    expect([posts[0]?.source, posts[0]?.author, posts[0]?.text, rejected]).toEqual([
      "api",
      "api",
      "$DEMO 0",
      3,
    ]);
  });

  it("is asked with its secrets, after the greatest id, and with the tag of the last answer", async () => {
    const more = {
      headers: { authorization: "Bearer ${HTTP_JSON_TOKEN}" },
      cursor: { param: "after", from: "max:id" },
    };
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
    const { read, calls } = reader(httpJson, api(more), () => ({
      data: { list: [item(1)] },
      meta: { next: "abc" },
    }));
    await read((await read()).cursor);
    expect(calls[1]?.url.searchParams.get("page")).toBe("abc");
  });

  it("gives items without an id the hash of what they are", async () => {
    const { posts } = await reader(httpJson, api({ map: { text: "body.words" } }), () => ({
      data: { list: [item(1), item(1), item(2)] },
    })).read();
    expect(new Set(posts.map(({ id }) => id)).size).toBe(2);
  });

  it("is asked by POST, with its body, its secrets and its cursor", async () => {
    const more = {
      method: "POST",
      body: { query: "$DEMO", key: "${HTTP_JSON_TOKEN}" },
      params_in: "body",
    };
    const { read, calls } = reader(
      httpJson,
      api({ ...more, cursor: { param: "after", from: "max:id" } }),
      () => ({
        data: { list: [item(9), item(10)] },
      }),
    );
    const { cursor } = await read();
    await read(cursor);
    const bodies = calls.map(({ body }) => JSON.parse(body));
    expect(bodies).toEqual([
      { query: "$DEMO", key: "the secret" },
      { query: "$DEMO", key: "the secret", after: "10" },
    ]);
    expect(calls[0]?.url.search).toBe("?sort=new");
  });

  const pageOf = (page: number, newest: number) =>
    Array.from({ length: 2 }, (_, i) => item(newest - (page - 1) * 2 - i));
  const ids = ({ posts }: { posts: { id: string }[] }) => posts.map(({ id }) => Number(id));

  it("is read page by page back to what is known, over several polls where the limit cuts it short", async () => {
    const state = { newest: 10 };
    const more = { pages: { from: "number", param: "page", most: 2 } };
    const { read, calls } = reader(httpJson, api(more), ({ url }) => ({
      data: { list: pageOf(Number(url.searchParams.get("page") ?? 1), state.newest) },
    }));
    const first = await read();
    expect([ids(first), calls.length]).toEqual([[10, 9], 1]);
    state.newest = 16;
    const second = await read(first.cursor);
    const third = await read(second.cursor);
    expect([ids(second), ids(third)]).toEqual([
      [16, 15, 14, 13],
      [12, 11],
    ]);
    expect(ids(await read(third.cursor))).toEqual([]);
  });

  it("moves its cursor only at the end of the pages, and stays before one that failed", async () => {
    const state = { broken: true };
    const more = {
      cursor: { param: "since", from: "max:id" },
      pages: { from: "path:meta.next", param: "token" },
    };
    const { read, calls } = reader(httpJson, api(more), ({ url }) => {
      const token = url.searchParams.get("token");
      if (token === "b" && state.broken) return new Response("", { status: 500 });
      return {
        data: { list: [item(token === "b" ? 11 : 12)] },
        ...(token === null && { meta: { next: "b" } }),
      };
    });
    const start = JSON.stringify({ api: { cursor: "10", etag: null } });
    const half = await read(start);
    expect([ids(half), half.verdict.kind]).toEqual([[12], "retry"]);
    state.broken = false;
    const whole = await read(half.cursor);
    expect([ids(whole), JSON.parse(whole.cursor ?? "").api.cursor]).toEqual([[11], "12"]);
    expect(calls.map(({ url }) => url.searchParams.get("since"))).toEqual(["10", "10", "10"]);
  });

  it.each([
    ["its own host", "https://a.test/items?page=2&key=the%20secret", 2],
    ["another host", "https://evil.test/items?page=2", 1],
    ["the name of a secret", "https://a.test/items?page=${HTTP_JSON_TOKEN}", 1],
  ])("follows a Link header to %s as it should, and keeps no secret", async (_, next, times) => {
    const more = { url: "https://a.test/items?key=${HTTP_JSON_TOKEN}", pages: { from: "link" } };
    const { read, calls } = reader(httpJson, api(more), ({ url }) => {
      const link = `<https://a.test/>; rel="prev", <${next}>; rel="next"`;
      const isFirst = !url.searchParams.has("page");
      return Response.json(
        { data: { list: [item(isFirst ? 2 : 1)] } },
        { headers: isFirst ? { link } : {} },
      );
    });
    const { cursor } = await read(JSON.stringify({ api: { cursor: null, etag: null } }));
    expect(calls.map(({ url }) => [url.host, url.searchParams.get("key")])).toEqual(
      Array.from({ length: times }, () => ["a.test", "the secret"]),
    );
    expect(cursor).not.toMatch(/the.{1,3}secret/);
  });

  it("loses nothing after an id from beyond all others", async () => {
    const more = { cursor: { param: "after", from: "max:id" } };
    const { read } = reader(httpJson, api(more), () => ({
      data: { list: [item(11), item(9e15), item(12)] },
    }));
    const { cursor } = await read();
    expect(JSON.parse(cursor ?? "").api.cursor).toBe("12");
  });

  it("says which field of the map finds nothing, and reads on from the same place", async () => {
    const env = api({
      map: { id: "nr", text: "body.text" },
      cursor: { param: "after", from: "max:id" },
    });
    const { verdict, cursor } = await reader(httpJson, env, () => ({
      data: { list: [item(1)] },
    })).read();
    expect(verdict).toEqual({
      kind: "partial",
      reason: "api: no item is a post: map.text finds no text or number at body.text",
    });
    expect(JSON.parse(cursor ?? "").api.cursor).toBe(null);
    const other = await reader(httpJson, api({ items: "list" }), () => ({ data: {} })).read();
    expect(other.verdict).toEqual({ kind: "retry", reason: "api: items finds no list at list" });
  });

  it("rests for its own interval", async () => {
    const { read, calls } = reader(httpJson, api({ every_minutes: 60 }), () => ({
      data: { list: [item(1)] },
    }));
    await read((await read()).cursor);
    expect(calls).toHaveLength(1);
    const state = httpJson.configure(api({ every_minutes: 60 }));
    expect(state.kind === "on" && state.everyMinutes).toBe(60);
  });

  it.each([
    [
      "a path that is none",
      { items: "a..b" },
      /HTTP_JSON_SOURCES\.0\.items must be names separated by dots/,
    ],
    ["a name that is none", { name: "A B" }, /HTTP_JSON_SOURCES\.0\.name must be/],
    [
      "an address of another kind",
      { url: "file:///etc/passwd" },
      /HTTP_JSON_SOURCES\.0\.url must be an address/,
    ],
    ["a map without a text", { map: { id: "nr" } }, /map\.text is missing/],
    ["a field that no post has", { map: { text: "a", title: "b" } }, /must be one of id text/],
    ["a misspelt setting", { cursr: {} }, /cursr/],
    ["a body that would not be sent", { body: { a: 1 } }, /method must be POST for a body/],
    ["a page without a parameter", { pages: { from: "number" } }, /pages\.param is missing/],
    [
      "a cursor from nowhere",
      { cursor: { param: "a", from: "id" } },
      /cursor\.from must be "max:id" or "path:/,
    ],
    [
      "a secret that is not set",
      { headers: { a: "${HTTP_JSON_KEY}" } },
      /headers names HTTP_JSON_KEY, which is not set/,
    ],
    [
      "a secret of another part",
      { headers: { a: "${X_BEARER_TOKEN}" } },
      /names X_BEARER_TOKEN, but only names that begin/,
    ],
  ])("is off, and says what is wrong and how to fix it: %s", (_, more, why) => {
    const state = httpJson.configure({ ...api(more), X_BEARER_TOKEN: "x" });
    expect(state.kind === "off" && state.why).toMatch(why);
  });

  it.each([
    ["{", /is not JSON/],
    ["{}", /must be a list/],
  ])("is off when the setting is %s", (text, why) => {
    const state = httpJson.configure({ HTTP_JSON_SOURCES: text });
    expect(state.kind === "off" && state.why).toMatch(why);
  });
});
