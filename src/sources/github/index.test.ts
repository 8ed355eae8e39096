import { describe, expect, it } from "vitest";
import { type Asked, reader } from "../../../test/support/poll-reader.ts";
import { GITHUB_EVENT_TYPES } from "./events.ts";
import { github } from "./index.ts";

const event = (id: number, more: object = {}) => ({
  id: String(id),
  type: "ReleaseEvent",
  actor: { login: "ada" },
  repo: { name: "o/demo" },
  ...{
    created_at: "2026-11-20T09:00:00Z",
    payload: { action: "published", release: { tag_name: `v${id}` } },
  },
  ...more,
});
const numbers = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, i) => event(from - i));
const SETTINGS = { GITHUB_REPOS: "o/demo=DEMO" };

describe("GitHub events", () => {
  /** `events` is what the repository shows, the newest first. */
  function setUp(env: object = {}) {
    const repo = {
      events: [] as unknown[],
      size: 100,
      broken: 0,
      headers: {} as Record<string, string>,
    };
    const service = ({ url }: Asked) => {
      const page = Number(url.searchParams.get("page"));
      if (page === repo.broken) return new Response("", { status: 502 });
      const rest = repo.events.slice(page * repo.size);
      const next = new URL(url);
      next.searchParams.set("page", String(page + 1));
      const link = rest.length === 0 ? {} : { link: `<${next}>; rel="next", <${url}>; rel="last"` };
      return Response.json(repo.events.slice((page - 1) * repo.size, page * repo.size), {
        headers: { ...link, ...repo.headers },
      });
    };
    return { repo, ...reader(github, { ...SETTINGS, ...env }, service) };
  }
  const ids = ({ posts }: { posts: { id: string }[] }) =>
    posts.map(({ id }) => Number(id)).toSorted((a, b) => a - b);

  it("begins with the newest page, then reads back to what it knows", async () => {
    const { repo, read, calls } = setUp();
    repo.events = numbers(1_000, 801);
    const first = await read();
    expect([ids(first)[0], first.posts.length, calls.length]).toEqual([901, 100, 1]);
    repo.events = numbers(1_150, 851);
    const second = await read(first.cursor);
    expect([ids(second)[0], second.posts.length, calls.length]).toEqual([1_001, 150, 3]);
    expect((await read(second.cursor)).posts).toEqual([]);
  });

  it("follows the Link header, because a page may be shorter than asked for", async () => {
    const { repo, read, calls } = setUp();
    repo.events = numbers(10, 1);
    const { cursor } = await read();
    repo.size = 30;
    repo.events = numbers(80, 1);
    expect((await read(cursor)).posts).toHaveLength(70);
    repo.events = numbers(200, 1);
    repo.headers = { link: '<https://elsewhere.test/?page=2>; rel="next"' };
    await read(cursor);
    expect(calls.every(({ url }) => url.host === "api.github.com")).toBe(true);
  });

  it("reads the events behind a page that failed", async () => {
    const { repo, read } = setUp();
    repo.events = numbers(200, 101);
    const { cursor } = await read();
    repo.events = numbers(350, 101);
    repo.broken = 2;
    const half = await read(cursor);
    expect([half.verdict.kind, half.posts.length]).toEqual(["retry", 100]);
    repo.broken = 0;
    expect(ids(await read(half.cursor))).toEqual(Array.from({ length: 150 }, (_, i) => 201 + i));
  });

  it("misses nothing after an id from beyond all others, nor one that comes late", async () => {
    const { repo, read } = setUp();
    repo.events = [event(9e15), event(20), event(18)];
    const { cursor } = await read();
    repo.events = [event(9e15), event(21), event(20), event(19), event(18)];
    expect(ids(await read(cursor))).toEqual([19, 21]);
  });

  it("rests as long as GitHub asks, and asks with the tag of the last answer", async () => {
    const { repo, read, calls } = setUp();
    repo.events = [event(1)];
    repo.headers = { etag: '"a"' };
    const { cursor } = await read();
    repo.headers = { etag: '"b"', "x-poll-interval": "60" };
    const resting = await read(cursor);
    expect(calls[1]?.headers["if-none-match"]).toBe('"a"');
    await read(resting.cursor);
    expect(calls).toHaveLength(2);
  });

  it.each([
    ["PublicEvent", {}, "was made public"],
    ["CreateEvent", { ref: "v2", ref_type: "tag", description: null }, "created the tag v2"],
    [
      "CreateEvent",
      { ref: null, ref_type: "repository", description: "A chain" },
      "the repository was created. A chain",
    ],
    [
      "PushEvent",
      { ref: "refs/heads/main", commits: [{ message: "Fix it\n\nlong" }] },
      "pushed to main. Fix it",
    ],
    ["PushEvent", { ref: "refs/heads/main", push_id: 1, head: "c0ffee" }, "pushed to main"],
    [
      "PullRequestEvent",
      { action: "closed", pull_request: { number: 7, title: "Burn", merged: true } },
      "pull request #7 merged. Burn",
    ],
    [
      "PullRequestEvent",
      { action: "opened", pull_request: { number: 7 } },
      "pull request #7 opened",
    ],
    [
      "IssuesEvent",
      { action: "opened", issue: { number: 8, title: "Halt", body: "It halts" } },
      "issue #8 opened. Halt. It halts",
    ],
    [
      "IssueCommentEvent",
      { issue: { number: 8, title: "Halt" }, comment: { body: "Yes" } },
      "comment on issue #8. Halt. Yes",
    ],
    ["ForkEvent", { forkee: { full_name: "b/demo" } }, "was forked to b/demo"],
    ["WatchEvent", { action: "started" }, "got a star"],
  ])("tells a %s in words", async (type, payload, text) => {
    const { repo, read } = setUp({ GITHUB_EVENTS: GITHUB_EVENT_TYPES.join(",") });
    repo.events = [event(1, { type, payload })];
    expect((await read()).posts).toMatchObject([
      { text: `$DEMO o/demo ${text}`, symbol: "DEMO", author: "ada" },
    ]);
  });

  it("takes releases alone when nothing else is asked for", async () => {
    const { repo, read } = setUp();
    repo.events = [event(2, { type: "WatchEvent", payload: {} }), event(1)];
    expect((await read()).posts).toMatchObject([{ id: "1", text: "$DEMO o/demo released v1." }]);
  });

  it("is off, and says which type it does not know", () => {
    const state = github.configure({ ...SETTINGS, GITHUB_EVENTS: "ReleaseEvent,StarEvent" });
    expect(state.kind === "off" && state.why).toMatch(
      /GITHUB_EVENTS.*StarEvent is none of ReleaseEvent/,
    );
  });
});
