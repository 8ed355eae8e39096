import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { apiApp } from "../src/api/app.ts";
import { SOURCES } from "../src/sources/registry.ts";
import { fakePorts } from "../test/support/api.ts";
import { runCommand } from "../test/support/terminal.ts";
import { UsageError } from "./command.ts";
import { sources } from "./commands/sources.ts";

const folder = mkdtempSync(join(tmpdir(), "sources-try-"));

const tried = async (
  name: string,
  answer: unknown,
  { more = [], env = {} }: { more?: string[]; env?: Record<string, string> } = {},
) => {
  const file = join(folder, `${name}.saved`);
  const isText = typeof answer === "string" || answer instanceof Uint8Array;
  writeFileSync(file, isText ? answer : JSON.stringify(answer));
  const args = ["try", name, "--file", file, ...more];
  return printed(await runCommand(sources, args, apiApp(fakePorts()), { env }));
};

function printed({ code, out, err }: Awaited<ReturnType<typeof runCommand>>) {
  const lines = out.map((line) => JSON.parse(line));
  return { code, err, posts: lines.slice(0, -1), leftOut: lines.at(-1)?.left_out };
}

const AT = "2026-01-15T10:00:00.000Z";
const frame = (record: object) => ({
  did: "did:plc:a",
  time_us: Date.parse(AT) * 1_000,
  kind: "commit",
  commit: { operation: "create", collection: "app.bsky.feed.post", rkey: "1", record },
});
const pool = (id: string, reserve: string) => ({
  id,
  attributes: { name: "DEMO / WETH", pool_created_at: AT, reserve_in_usd: reserve },
  relationships: { base_token: { data: { id: "eth_0x5b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4" } } },
});
const release = (id: string, type = "ReleaseEvent") => ({
  id,
  type,
  actor: { login: "ada" },
  repo: { name: "demo/demo" },
  created_at: AT,
  payload: { action: "published", release: { tag_name: "v2" } },
});
const cloudEvent = (data: unknown) => ({
  specversion: "1.0",
  id: "1",
  source: "/s",
  type: "t",
  time: AT,
  data,
});
const field = (name: string, type: string) => ({ name, type, mode: "NULLABLE" });

const ANSWERS: Record<string, { answer: unknown; texts: RegExp[]; leftOut: object[] }> = {
  x: {
    answer: {
      data: [{ id: "1991000000000000101", text: "$DEMO up", created_at: AT }, { id: 7 }],
      meta: { result_count: 2 },
    },
    texts: [/^\$DEMO up$/],
    leftOut: [{ reason: "other_shape", count: 1 }],
  },
  apify: {
    answer: [{ id: "1", fullText: "$DEMO up", createdAt: AT }, { noResults: true }],
    texts: [/^\$DEMO up$/],
    leftOut: [{ reason: "no_post", count: 1 }],
  },
  bigquery: {
    answer: {
      jobComplete: true,
      schema: {
        fields: [field("id", "STRING"), field("text", "STRING"), field("posted_at", "TIMESTAMP")],
      },
      rows: [
        { f: [{ v: "1" }, { v: "$DEMO moved" }, { v: "1768471200000000" }] },
        { f: [{ v: "2" }, { v: null }, { v: "1768471200000000" }] },
      ],
    },
    texts: [/^\$DEMO moved$/],
    leftOut: [{ reason: "invalid_text", count: 1 }],
  },
  "dex-pools": {
    answer: { data: [pool("eth_0xa", "90000"), pool("eth_0xb", "5"), { id: "eth_0xc" }] },
    texts: [/DEMO \/ WETH/],
    leftOut: [
      { reason: "other_shape", count: 1 },
      { reason: "low_liquidity", count: 1 },
    ],
  },
  jetstream: {
    answer: [frame({ text: "$DEMO up" }), frame({ text: "tea" })]
      .map((each) => `${JSON.stringify(each)}\n`)
      .concat("{\n")
      .join(""),
    texts: [/^\$DEMO up$/],
    leftOut: [
      { reason: "not_of_interest", count: 1 },
      { reason: "unreadable_frame", count: 1 },
    ],
  },
  hackernews: {
    answer: [
      { id: 1, by: "ada", time: 1_768_471_200, title: "$DEMO &amp; co", text: null, score: null },
      { id: 2, deleted: true, time: 1_768_471_200 },
      { id: 3, dead: true, time: 1_768_471_200 },
    ],
    texts: [/^\$DEMO & co$/],
    leftOut: [
      { reason: "deleted", count: 1 },
      { reason: "dead", count: 1 },
    ],
  },
  github: {
    answer: [release("1"), release("2", "WatchEvent"), { id: "x" }],
    texts: [/released v2/],
    leftOut: [
      { reason: "other_type", count: 1 },
      { reason: "other_shape", count: 1 },
    ],
  },
  cloudevents: {
    answer: [cloudEvent({ text: "$DEMO up" }), cloudEvent({ text: 7 })],
    texts: [/^\$DEMO up$/],
    leftOut: [{ reason: "invalid_text", count: 1 }],
  },
  webhook: {
    answer: [
      { id: "1", author: "ada", text: "$DEMO up", posted_at: AT },
      { id: "2", text: "b" },
    ],
    texts: [/^\$DEMO up$/],
    leftOut: [{ reason: "invalid_author", count: 1 }],
  },
};

describe("sources try", () => {
  it.each(Object.entries(ANSWERS))("prints what %s makes of a saved answer", async (name, kase) => {
    const { code, posts, leftOut } = await tried(name, kase.answer);
    expect(code).toBe(0);
    expect(posts.map(({ text }) => text)).toEqual(
      kase.texts.map((text) => expect.stringMatching(text)),
    );
    expect(leftOut).toEqual(kase.leftOut);
    expect(posts[0]).toMatchObject({ posted_at: AT, source: name });
  });

  it("reads a feed in the encoding of its content type, and says what has no text", async () => {
    const feed =
      "<rss version='2.0'><channel><item><title>%%</title><link>https://a.test/1</link></item>" +
      "<item><title></title></item></channel></rss>";
    const bytes = Uint8Array.from(feed, (char) => (char === "%" ? 0xc1 : char.charCodeAt(0)));
    const more = ["--content-type", "text/xml; charset=windows-1251"];
    const { posts, leftOut } = await tried("feeds", bytes, { more });
    expect(posts).toMatchObject([{ text: "ББ", time_guessed: true, url: "https://a.test/1" }]);
    expect(leftOut).toEqual([{ reason: "no_text", count: 1 }]);
  });

  it("reads an API of one's own by the settings of the environment", async () => {
    const map = { id: "id", text: "title", posted_at: "at" };
    const api = { name: "mine", url: "https://api.test", items: "data", map };
    const env = { HTTP_JSON_SOURCES: JSON.stringify([api]) };
    const { posts } = await tried(
      "http-json",
      { data: [{ id: 1, title: "$DEMO", at: AT }] },
      { env },
    );
    expect(posts).toMatchObject([{ source: "mine", text: "$DEMO" }]);
    const without = await tried("http-json", { data: [] });
    expect(without).toMatchObject({ code: 1, err: [expect.stringContaining("HTTP_JSON_SOURCES")] });
  });

  it("refuses what is no answer of the service, and an unknown name with the nearest", async () => {
    expect(await tried("x", "no json")).toMatchObject({ code: 1 });
    await expect(tried("feedz", "")).rejects.toThrow(/is feeds what you mean/);
    await expect(tried("feedz", "")).rejects.toThrow(UsageError);
  });

  it("reads a saved answer of every source there is", () => {
    const known = [...Object.keys(ANSWERS), "feeds", "http-json"].sort();
    expect(known).toEqual(SOURCES.map(({ name }) => name).sort());
  });
});

describe("sources try without a file", () => {
  /** One live poll: `service` answers what the source asks. */
  const live = async (
    name: string,
    env: Record<string, string>,
    service: (request: Request, url: URL) => Response,
  ) => {
    const asked: string[] = [];
    const app = {
      fetch(request: Request) {
        const url = new URL(request.url);
        asked.push(`${request.method} ${url.pathname}`);
        return service(request, url);
      },
    };
    return { ...printed(await runCommand(sources, ["try", name], app, { env })), asked };
  };

  it("polls once, and prints posts and what was left out", async () => {
    const rss =
      "<rss><channel><item><title>$DEMO</title></item><item><title/></item></channel></rss>";
    const env = { FEED_URLS: "https://news.test/rss" };
    const { code, posts, leftOut, asked } = await live("feeds", env, () => new Response(rss));
    expect([code, asked]).toEqual([0, ["GET /rss"]]);
    expect(posts).toMatchObject([{ source: "feeds", text: "$DEMO" }]);
    expect(leftOut).toEqual([{ reason: "no_text", count: 1 }]);
  });

  it("starts a run of Apify, waits for it and reads its dataset", async () => {
    const run = (status: string) =>
      Response.json({ data: { id: "R1", status, defaultDatasetId: "D1", startedAt: AT } });
    let looks = 0;
    const rows = [{ id: "1", fullText: "$DEMO up", createdAt: AT }, { noResults: true }];
    const env = { APIFY_TOKEN: "token", APIFY_BASE_URL: "https://apify.test/v2" };
    const { code, posts, leftOut, asked, err } = await live("apify", env, ({ method }, url) => {
      if (method === "POST") return run("READY");
      if (url.pathname.includes("/actor-runs/"))
        return run(looks++ === 0 ? "RUNNING" : "SUCCEEDED");
      return Response.json(rows, { headers: { "x-apify-pagination-total": "2" } });
    });
    expect(code).toBe(0);
    expect(posts).toMatchObject([{ source: "apify", text: "$DEMO up" }]);
    expect(leftOut).toEqual([{ reason: "no_post", count: 1 }]);
    expect(asked.map((line) => line.replace(/\/v2\/actors\/[^/]+/, "ACTOR"))).toEqual([
      "POST ACTOR/runs",
      "GET /v2/actor-runs/R1",
      "GET /v2/actor-runs/R1",
      "GET /v2/datasets/D1/items",
    ]);
    expect(err.join("\n")).not.toContain("token");
  });

  it("ends with the reason when the service refuses or the source is off", async () => {
    const refused = await live("x", { X_BEARER_TOKEN: "t", X_USERS: "ada" }, () =>
      Response.json({ title: "Unauthorized" }, { status: 401 }),
    );
    expect(refused).toMatchObject({ code: 1, err: [expect.stringMatching(/^auth: /)] });
    const off = await live("x", {}, () => new Response());
    expect(off).toMatchObject({ code: 1, err: ["x is off: X_BEARER_TOKEN is not set"], asked: [] });
    await expect(live("webhook", {}, () => new Response())).rejects.toThrow("--file");
  });

  it("listens to a stream", async () => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    server.on("connection", (socket) => {
      for (const each of [frame({ text: "$DEMO up" }), frame({ text: "tea" })])
        socket.send(JSON.stringify(each));
      socket.close();
    });
    const { port } = server.address() as AddressInfo;
    const env = { JETSTREAM_BASE_URL: `http://127.0.0.1:${port}` };
    const { code, posts, leftOut } = await live("jetstream", env, () => new Response());
    server.close();
    expect([code, posts.map(({ text }) => text)]).toEqual([0, ["$DEMO up"]]);
    expect(leftOut).toEqual([{ reason: "not_of_interest", count: 1 }]);
  });
});
