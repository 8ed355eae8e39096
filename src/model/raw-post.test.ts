import { describe, expect, it } from "vitest";
import { MAX_TEXT, PostInput } from "./raw-post.ts";

const post = {
  id: "1",
  source: "x",
  author: "ada",
  text: "hello $DEMO",
  posted_at: "2026-01-15T10:00:00Z",
};
const problems = (input: unknown) => {
  const read = PostInput.safeParse(input);
  return read.success
    ? []
    : read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
};

describe("a post on the wire", () => {
  it("keeps an id as it is, or refuses it: no two ids become one", () => {
    expect(PostInput.parse({ ...post, id: "é/🏳️‍🌈:1" }).id).toBe("é/🏳️‍🌈:1");
    const refused = [
      "id: holds NUL or half a surrogate pair, which are no characters; leave them out",
    ];
    for (const id of ["a\u0000b", "\u0000", "\ud800", "x\udc00"])
      expect(problems({ ...post, id })).toEqual(refused);
    expect(problems({ ...post, id: "x".repeat(201) })).toEqual([
      "id: is longer than 200 characters",
    ]);
  });

  it("needs an author with characters that can be kept", () => {
    expect(PostInput.parse({ ...post, author: "a\u0000da" }).author).toBe("ada");
    expect(problems({ ...post, author: "\u0000 " })).toEqual(["author: must not be empty"]);
    expect(problems({ ...post, author: "x".repeat(201) })).toEqual([
      "author: is longer than 200 characters",
    ]);
  });

  it("keeps raw fields while they are under 16 KB of UTF-8 and 32 levels", () => {
    const rawOf = (raw: unknown) => PostInput.parse({ ...post, raw }).raw;
    const nested = (depth: number): unknown =>
      JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);
    expect(rawOf({ note: "x".repeat(16_000) })).toBeDefined();
    expect(rawOf({ note: "代".repeat(6_000) })).toBeUndefined();
    expect(rawOf(nested(32))).toBeDefined();
    expect(rawOf(nested(33))).toBeUndefined();
    expect(rawOf(nested(400_000))).toBeUndefined();
    expect(rawOf({ list: Array.from({ length: 200_000 }, () => ({})) })).toBeUndefined();
  });

  it("is read into camelCase with its time in UTC", () => {
    expect(
      PostInput.parse({
        ...post,
        posted_at: "2026-01-15T12:00:00+02:00",
        token_ca: " 0xAB ",
        metrics: { followers: 5 },
      }),
    ).toEqual({
      id: "1",
      source: "x",
      author: "ada",
      text: "hello $DEMO",
      postedAt: "2026-01-15T10:00:00.000Z",
      tokenCa: "0xAB",
      metrics: { followers: 5 },
    });
  });

  it("takes timestamp for posted_at, a whole number for an id, and null for absent", () => {
    const { posted_at, ...rest } = post;
    expect(PostInput.parse({ ...rest, timestamp: posted_at, id: 17, url: null })).toMatchObject({
      id: "17",
      postedAt: "2026-01-15T10:00:00.000Z",
    });
  });

  it("reads links as addresses, with or without the words that stand for them", () => {
    const links = ["https://a.example/", { url: "https://b.example/", text: "read on" }];
    expect(PostInput.parse({ ...post, links, time_guessed: true })).toMatchObject({
      links: [{ url: "https://a.example/" }, { url: "https://b.example/", text: "read on" }],
      timeGuessed: true,
    });
    expect(PostInput.parse({ ...post, links: [], time_guessed: false })).not.toHaveProperty(
      "links",
    );
    expect(problems({ ...post, links: [{ text: "no address" }] })).toHaveLength(1);
  });

  it("keeps unknown fields in raw, while they are small", () => {
    expect(PostInput.parse({ ...post, colour: "red", raw: { a: 1 } }).raw).toEqual({
      a: 1,
      colour: "red",
    });
    expect(PostInput.parse({ ...post, blob: "x".repeat(20_000) }).raw).toBeUndefined();
  });

  it("names the field and the fix when it is wrong", () => {
    const { id, ...anonymous } = post;
    expect(problems(anonymous)).toEqual([expect.stringMatching(/^id: is required/)]);
    expect(problems({ ...post, text: "x".repeat(MAX_TEXT + 1) })).toEqual([
      expect.stringMatching(/^text: is longer than 10000 characters/),
    ]);
    for (const date of [
      "+030000-01-01T00:00:00Z",
      "30000-01-01T00:00:00Z",
      "2026-13-45T00:00:00Z",
      "yesterday",
      "2026-01-15",
      5,
    ])
      expect(problems({ ...post, posted_at: date }), String(date)).toEqual([
        expect.stringMatching(/^posted_at: /),
      ]);
    expect(problems("text")).toHaveLength(1);
    expect(problems([])).toHaveLength(1);
  });

  it("is made storable: no NUL, no half surrogate", () => {
    expect(
      PostInput.parse({ ...post, text: "a\u0000b\ud800c", extra: { note: "x\u0000\udc00" } }),
    ).toMatchObject({
      text: "ab\ufffdc",
      raw: { extra: { note: "x\ufffd" } },
    });
  });
});

it("takes nulls in metrics, and empty optional texts, for absent", () => {
  const post = PostInput.parse({
    id: "1",
    source: "me",
    author: "ada",
    text: "hello",
    posted_at: "2026-01-15T10:00:00Z",
    symbol: "",
    token_ca: " ",
    chain: "",
    url: "",
    lang: "",
    metrics: { likes: null, replies: 2 },
  });
  expect(post).toEqual({
    id: "1",
    source: "me",
    author: "ada",
    text: "hello",
    postedAt: "2026-01-15T10:00:00.000Z",
    metrics: { replies: 2 },
  });
});
