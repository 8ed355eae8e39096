import { describe, expect, it } from "vitest";
import { DAY_MS, NOW, reader } from "../../../test/support/poll-reader.ts";
import { x } from "./index.ts";

const snowflake = (time: number): string => ((BigInt(time) - 1_288_834_974_657n) << 22n).toString();

describe("X", () => {
  const X = { X_BEARER_TOKEN: "token" };
  const streams = (sinceId: string) =>
    JSON.stringify({ streams: { q: { sinceId, rest: null } }, userIds: {} });
  const tweet = (at: number) => ({
    id: snowflake(at),
    text: "$DEMO",
    created_at: new Date(at).toISOString(),
  });

  it("asks from a time on, when its last post is older than the week that X keeps", async () => {
    const { read, calls } = reader(x, { ...X, X_QUERY: "q" }, () => ({
      meta: { result_count: 0 },
    }));
    await read(streams(snowflake(NOW - 8 * DAY_MS)));
    await read(streams(snowflake(NOW - 6 * DAY_MS)));
    const bounds = calls.map(({ url }) => [
      url.searchParams.has("since_id"),
      url.searchParams.get("start_time"),
    ]);
    expect(bounds).toEqual([
      [false, "2026-11-13T11:00:00.000Z"],
      [true, null],
    ]);
  });

  it("starts anew when X refuses the id all the same, once and not for ever", async () => {
    const stale = () =>
      Response.json(
        {
          title: "Invalid Request",
          errors: [{ parameters: { since_id: ["1"] }, message: "must be created after" }],
        },
        { status: 400 },
      );
    const healed = reader(x, { ...X, X_QUERY: "q" }, ({ url }) =>
      url.searchParams.has("since_id")
        ? stale()
        : {
            data: [tweet(NOW - 1_000)],
            meta: { result_count: 1, newest_id: snowflake(NOW - 1_000) },
          },
    );
    const { posts, cursor } = await healed.read(streams(snowflake(NOW - DAY_MS)));
    expect([posts.length, JSON.parse(cursor ?? "").streams.q.sinceId]).toEqual([
      1,
      snowflake(NOW - 1_000),
    ]);
    const broken = reader(x, { ...X, X_QUERY: "q" }, stale);
    expect((await broken.read(streams(snowflake(NOW - DAY_MS)))).verdict.kind).toBe("reject");
    expect(broken.calls).toHaveLength(2);
  });

  it("goes on where the limit of pages cut it short, under the same bound, and only then moves its id", async () => {
    const page = (token: number) => ({
      data: [tweet(NOW - token * 1_000)],
      meta: {
        result_count: 1,
        newest_id: snowflake(NOW - token * 1_000),
        ...(token < 5 && { next_token: `${token + 1}` }),
      },
    });
    const { read, calls } = reader(x, { ...X, X_QUERY: "q" }, ({ url }) =>
      page(Number(url.searchParams.get("next_token") ?? 1)),
    );
    const old = snowflake(NOW - DAY_MS);
    const first = await read(streams(old));
    expect([
      first.posts.length,
      first.more,
      JSON.parse(first.cursor ?? "").streams.q.sinceId,
    ]).toEqual([3, true, old]);
    const second = await read(first.cursor);
    expect([second.posts.length, second.more]).toEqual([2, false]);
    expect(JSON.parse(second.cursor ?? "").streams.q).toEqual({
      sinceId: snowflake(NOW - 1_000),
      rest: null,
    });
    expect(calls.every(({ url }) => url.searchParams.get("since_id") === old)).toBe(true);
  });

  it("takes the newest page alone when it has read nothing yet, and all after it from then on", async () => {
    const { read, calls } = reader(x, { ...X, X_QUERY: "q" }, () => ({
      data: [tweet(NOW - 1_000)],
      meta: { result_count: 1, newest_id: snowflake(NOW - 1_000), next_token: "older" },
    }));
    const { cursor } = await read();
    expect([calls.length, JSON.parse(cursor ?? "").streams.q]).toEqual([
      1,
      { sinceId: snowflake(NOW - 1_000), rest: null },
    ]);
    await read(cursor);
    expect(calls.slice(1).map(({ url }) => url.searchParams.get("next_token"))).toEqual([
      null,
      "older",
      "older",
    ]);
  });

  it("begins its pages again when X no longer knows the token, under the same bound", async () => {
    const old = snowflake(NOW - DAY_MS);
    const rest = { nextToken: "gone", newestId: snowflake(NOW - 9_000), bound: { since_id: old } };
    const { read, calls } = reader(x, { ...X, X_QUERY: "q" }, ({ url }) =>
      url.searchParams.has("next_token")
        ? Response.json(
            { title: "Invalid Request", errors: [{ parameters: { next_token: ["gone"] } }] },
            { status: 400 },
          )
        : {
            data: [tweet(NOW - 1_000)],
            meta: { result_count: 1, newest_id: snowflake(NOW - 1_000) },
          },
    );
    const { cursor } = await read(
      JSON.stringify({ streams: { q: { sinceId: old, rest } }, userIds: {} }),
    );
    expect(calls.map(({ url }) => url.searchParams.get("since_id"))).toEqual([old, old]);
    expect(JSON.parse(cursor ?? "").streams.q).toEqual({
      sinceId: snowflake(NOW - 1_000),
      rest: null,
    });
  });

  it("uses what came beside problems about single posts, and says when an account cannot be seen", async () => {
    const errors = [
      { title: "Not Found Error", type: "https://api.x.com/2/problems/resource-not-found" },
    ];
    const some = {
      data: [tweet(NOW)],
      errors,
      meta: { result_count: 1, newest_id: snowflake(NOW) },
    };
    const found = await reader(x, { ...X, X_QUERY: "q" }, () => some).read();
    expect([
      found.posts.length,
      found.verdict.kind,
      JSON.parse(found.cursor ?? "").streams.q.sinceId,
    ]).toEqual([1, "partial", snowflake(NOW)]);
    const hidden = await reader(x, { ...X, X_QUERY: " ", X_USERS: "nobody" }, ({ url }) =>
      url.pathname.includes("/by/username/") ? { errors } : { meta: { result_count: 0 } },
    ).read();
    expect(hidden.verdict).toEqual({
      kind: "reject",
      reason: "X shows none of it: no such account, suspended or protected",
    });
  });

  it("reads timelines, and looks a handle up once", async () => {
    const { read, calls } = reader(x, { ...X, X_QUERY: " ", X_USERS: "ada" }, ({ url }) =>
      url.pathname.includes("/by/username/")
        ? { data: { id: "7" } }
        : { data: [tweet(NOW)], meta: { result_count: 1, newest_id: snowflake(NOW) } },
    );
    const { cursor } = await read();
    await read(cursor);
    const paths = calls.map(({ url }) => url.pathname);
    expect(paths.filter((path) => path.includes("/by/username/"))).toHaveLength(1);
    expect(paths.filter((path) => path === "/2/users/7/tweets")).toHaveLength(2);
  });

  it.each([[NOW + 1_800_000], [NOW + 400 * DAY_MS]])(
    "takes no id from the future, %s, as how far it got",
    async (time) => {
      const { read } = reader(x, { ...X, X_QUERY: "q" }, () => ({
        data: [tweet(time), tweet(NOW - 1_000)],
        meta: { result_count: 2, newest_id: snowflake(time) },
      }));
      const { posts, cursor } = await read(streams(snowflake(NOW - DAY_MS)));
      expect([posts.length, JSON.parse(cursor ?? "").streams.q.sinceId]).toEqual([
        2,
        snowflake(NOW - 1_000),
      ]);
    },
  );
});
