import { describe, expect, it } from "vitest";
import { notificationOf, sendWith } from "../../../test/support/outbox.ts";
import type { AnyChannel } from "../channel.ts";
import { clickhouse } from "./clickhouse.ts";
import { kafka } from "./kafka.ts";
import { ndjson } from "./ndjson.ts";

const revision = (rev: number) =>
  notificationOf({
    summary: 'a "quoted"\nline',
    stream: {
      rev,
      subject: "evm:0x1:w",
      windowStart: "2026-01-15T12:00:00Z",
      startTs: "2026-01-15T12:01:00Z",
      lastTs: "2026-01-15T12:02:00Z",
      onchainAsofTs: null,
      onchainConfidence: null,
      facts: { liquidity_usd: 5, nested: { a: 1 } },
    },
  });
const BATCH = { notifications: [revision(4), revision(5)] };
const linesOf = (raw = ""): Record<string, unknown>[] =>
  raw
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("ClickHouse", () => {
  const settings = {
    url: "https://ch.dev.org:8443/?x=1",
    table: "t",
    user: "u",
    password: "p1234567",
  };
  const refusal = (code: number, status: number) => () =>
    new Response(`Code: ${code}. DB::Exception: no. (X)`, {
      status,
      headers: { "x-clickhouse-exception-code": `${code}` },
    });

  it("inserts all rows in one request, under the key of the batch", async () => {
    const { sent, seen } = await sendWith(clickhouse, settings, () => new Response(""), BATCH);
    const url = new URL(seen[0]?.url ?? "");
    expect(url.searchParams.get("query")).toBe("INSERT INTO `t` FORMAT JSONEachRow");
    expect(url.searchParams.get("insert_deduplication_token")).toBe("idem-1");
    expect(url.searchParams.get("async_insert")).toBe("0");
    expect(seen[0]?.headers).toMatchObject({
      "x-clickhouse-user": "u",
      "x-clickhouse-key": "p1234567",
    });
    const rows = linesOf(seen[0]?.raw);
    expect(rows.map(({ rev, key }) => [rev, key])).toEqual([
      [4, `${revision(4).eventKey}#4`],
      [5, `${revision(5).eventKey}#5`],
    ]);
    expect(rows[0]).toMatchObject({
      summary: 'a "quoted"\nline',
      unique_authors: 2,
      reasons: ["High liquidity (>= 50000 USD)"],
      facts: '{"liquidity_usd":5,"nested":{"a":1}}',
    });
    expect(sent.verdict.kind).toBe("ok");
  });

  it.each([
    ["its table is missing", refusal(60, 404), "auth"],
    ["the password is wrong", refusal(516, 403), "auth"],
    ["a type does not fit", refusal(117, 400), "auth"],
    ["it has too many parts", refusal(252, 500), "retry"],
    ["it is out of memory", refusal(241, 500), "retry"],
    ["it fails after its headers said 200", refusal(241, 200), "retry"],
    ["a proxy answers", () => new Response("<html>", { status: 404 }), "retry"],
    ["it is away", () => new Response("", { status: 503 }), "retry"],
    ["a path is wrong", () => new Response("no such page", { status: 404 }), "auth"],
  ])("keeps the rows when %s", async (_, answer, kind) => {
    const { sent } = await sendWith(clickhouse, settings, answer, BATCH);
    expect(sent.verdict.kind).toBe(kind);
  });

  it.each(["t; drop table x", "t`", "a.b"])("takes no table called %s", (table) => {
    expect(clickhouse.open({ ...settings, table }, {} as never).kind).toBe("invalid");
  });
});

describe("Kafka", () => {
  const settings = { url: "https://rest.dev.org/", topic: "signals", user: "ä", password: "b" };
  const offsets = (...codes: (number | null)[]) =>
    Response.json({
      offsets: codes.map((error_code) => ({
        partition: 0,
        offset: 1,
        error_code,
        error: error_code === null ? null : "Record is too large",
      })),
    });

  it("writes records with the event's key and a key of their own", async () => {
    const { sent, seen } = await sendWith(kafka, settings, () => offsets(null, null), BATCH);
    expect(seen[0]?.url).toBe("https://rest.dev.org/topics/signals");
    expect(seen[0]?.headers).toMatchObject({
      "content-type": "application/vnd.kafka.json.v2+json",
      authorization: `Basic ${Buffer.from("ä:b").toString("base64")}`,
    });
    expect(seen[0]?.body.records).toMatchObject([
      { key: revision(4).eventKey, value: { rev: 4 } },
      { key: revision(5).eventKey, value: { key: `${revision(5).eventKey}#5` } },
    ]);
    expect(sent.verdict.kind).toBe("ok");
  });

  it.each([
    ["one record failed for now", () => offsets(null, 2), "retry"],
    ["one record failed for good", () => offsets(1, null), "auth"],
    ["an answer speaks of fewer records", () => offsets(null), "retry"],
    ["the topic is missing", () => Response.json({ error_code: 40401 }, { status: 404 }), "auth"],
    ["the proxy is busy", () => Response.json({ error_code: 50003 }, { status: 503 }), "retry"],
  ])("keeps the rows when %s", async (_, answer, kind) => {
    const { sent } = await sendWith(kafka, settings, answer, BATCH);
    expect(sent.verdict.kind).toBe(kind);
  });
});

describe("the HTTP stream", () => {
  it("sends an array where that is asked, as Cloudflare Pipelines takes it", async () => {
    const settings = { url: "https://1.ingest.cloudflare.com", format: "json", token: "t0ken" };
    const { seen } = await sendWith(ndjson, settings, () => Response.json({}), BATCH);
    expect(seen[0]?.body).toMatchObject([{ rev: 4 }, { rev: 5 }]);
    expect(seen[0]?.headers).toMatchObject({
      authorization: "Bearer t0ken",
      "idempotency-key": "idem-1",
    });
  });

  it.each([
    [401, "no", "auth"],
    [400, "no", "auth"],
    [413, "<html>", "retry"],
    [429, "", "throttled"],
    [500, "", "retry"],
    [302, "", "retry"],
  ])("keeps the rows at %i %s", async (status, body, kind) => {
    const settings = { url: "https://collect.dev.org/in" };
    const answer = () => new Response(body, { status });
    const { sent } = await sendWith(ndjson, settings, answer, BATCH);
    expect(sent.verdict.kind).toBe(kind);
  });
});

describe("a sink", () => {
  it.each<AnyChannel>([clickhouse, kafka, ndjson])("$kind fits rows by number and size", (kind) => {
    const opening = kind.open(kind.example, {
      EGRESS_ALLOW: [],
      OWN_HOSTS: [],
      PUBLIC_URL: "",
    } as never);
    if (opening.kind === "invalid") throw new Error(JSON.stringify(opening.problems));
    const { channel } = opening;
    const many = Array.from({ length: 500 }, (_, n) => revision(n));
    expect(channel.fit(many)).toBe(200);
    const large = many.map((each) => ({ ...each, summary: "x".repeat(400_000) }));
    expect(channel.fit(large)).toBe(2);
    expect(channel.fit([{ ...revision(1), summary: "x".repeat(2_000_000) }])).toBe(1);
    expect(channel.sendNotice).toBeNull();
  });
});
