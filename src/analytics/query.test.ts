import { expect, it } from "vitest";
import type { CallRecord } from "../http/request.ts";
import { analyticsQuery } from "./query.ts";

const ACCESS = { baseUrl: "https://api.test/client/v4", accountId: "acc", token: "secret-token" };
const ANSWER = {
  meta: [
    { name: "t", type: "UInt32" },
    { name: "posts", type: "UInt64" },
    { name: "source", type: "LowCardinality(String)" },
    { name: "score", type: "Nullable(Float64)" },
  ],
  data: [{ t: 1, posts: "18", source: "7", score: null }],
  rows: 1,
};

function scene(answer: () => Response) {
  const asked: { url: string; init: RequestInit }[] = [];
  const records: CallRecord[] = [];
  const query = analyticsQuery(ACCESS, {
    fetch: async (url, init) => {
      asked.push({ url, init });
      return answer();
    },
    now: () => 0,
    telemetry: (record) => void records.push(record),
  });
  return { query, asked, records };
}

it("posts the text of the query with the token, and reads numbers as numbers", async () => {
  const { query, asked } = scene(() => Response.json(ANSWER));
  expect(await query("SELECT 1")).toEqual({
    kind: "rows",
    rows: [{ t: 1, posts: 18, source: "7", score: null }],
  });
  expect(asked[0]?.url).toBe("https://api.test/client/v4/accounts/acc/analytics_engine/sql");
  expect(asked[0]?.init).toMatchObject({ method: "POST", body: "SELECT 1 FORMAT JSON" });
  expect(asked[0]?.init.headers).toMatchObject({ authorization: "Bearer secret-token" });
});

it.each([
  ["another shape", () => Response.json({ data: 1 })],
  ["a refusal", () => new Response("no", { status: 403 })],
  ["a fault", () => new Response("no", { status: 500 })],
  ["no JSON", () => new Response("<html>", { status: 200 })],
  [
    "no answer",
    () => {
      throw new Error("secret-token in a message");
    },
  ],
])("says that it failed on %s, and names no secret", async (_, answer) => {
  const { query, records } = scene(answer);
  const failed = await query("SELECT 1");
  expect(failed.kind).toBe("failed");
  expect(JSON.stringify([failed, records])).not.toContain("secret-token");
});

it("has no rows before the first point made the table", async () => {
  const { query } = scene(() => new Response("unknown table event_stream", { status: 422 }));
  expect(await query("SELECT 1")).toEqual({ kind: "rows", rows: [] });
});

it.each([{ accountId: undefined }, { token: undefined }])("is off without %j", async (missing) => {
  const query = analyticsQuery(
    { ...ACCESS, ...missing },
    { fetch: () => Promise.reject(new Error("never called")), now: () => 0 },
  );
  expect(await query("SELECT 1")).toMatchObject({ kind: "off" });
});
