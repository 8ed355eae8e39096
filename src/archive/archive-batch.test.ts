import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { bucketContract } from "../../test/support/bucket-contract.ts";
import { memoryBucket } from "../../test/support/memory-bucket.ts";
import { iso } from "../kit/time.ts";
import { silentTelemetry } from "../observability/telemetry.ts";
import { deleteExpired } from "../schedule/retention.ts";
import { arrival, at, change, dropped, mention } from "../store/contract/fixtures.ts";
import { memoryStore } from "../store/memory/index.ts";
import { archiveBatch } from "./archive-batch.ts";

const DAY = 86_400;
const BEFORE = at(10 * DAY);

/** A store with so many old posts a day, and its archive. */
async function filled(...perDay: number[]) {
  const store = memoryStore();
  for (const [n, count] of perDay.entries()) {
    const ids = Array.from({ length: count }, (_, i) => n * 100_000 + i);
    await store.accept(
      ids.map((id) => arrival(id)),
      at(n * DAY),
    );
    await store.recordJudgements(
      ids.map((id) => dropped(id)),
      at(n * DAY),
    );
  }
  const bucket = memoryBucket();
  const logged: unknown[] = [];
  const counted: string[] = [];
  const ports = {
    ...{ store, bucket, now: () => Date.parse(at(11 * DAY)) },
    log: (record: unknown) => void logged.push(record),
    telemetry: {
      ...silentTelemetry,
      count: (name: string, labels: object = {}) =>
        void counted.push(`${name} ${Object.values(labels)}`),
    },
  };
  const posts = () => archiveBatch("posts", BEFORE, ports);
  const left = async () => (await store.overview(iso(0))).posts.length;
  return { store, bucket, ports, posts, logged, counted, left };
}

async function rowsIn(files: Map<string, Uint8Array<ArrayBuffer>>) {
  const found: Record<string, unknown>[] = [];
  for (const bytes of files.values())
    found.push(...(await parquetReadObjects({ file: bytes.buffer })));
  return found;
}

const there = async (store: ReturnType<typeof memoryStore>) => {
  const any = { source: null, outcome: null, reason: null, since: null };
  return (await store.posts(any, { limit: 1_000, cursor: null })).items.length;
};

bucketContract("a bucket in memory", memoryBucket);

describe("a batch of the archive", () => {
  it("is in the bucket, by day and with typed columns, when its rows are deleted", async () => {
    const { store, bucket, posts, counted } = await filled(2, 1);
    expect([await posts(), await posts(), await posts()]).toEqual([2, 1, undefined]);
    expect([...bucket.files.keys()]).toEqual([
      expect.stringMatching(/^posts\/day=2026-01-15\/.+-1\.parquet$/),
      expect.stringMatching(/^posts\/day=2026-01-16\/.+-1\.parquet$/),
    ]);
    const rows = await rowsIn(bucket.files);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({
      ...{ source: "x", source_id: "0", outcome: "dropped", reason: "spam" },
      accepted_at: new Date(at(0)),
      raw: expect.any(Object),
      detail: expect.anything(),
    });
    const [first] = bucket.files.values();
    const { schema } = parquetMetadata(first?.buffer ?? new ArrayBuffer());
    const typeOf = (name: string) => schema.find((column) => column.name === name);
    expect(typeOf("accepted_at")?.converted_type).toMatch(/^TIMESTAMP/);
    expect(typeOf("spam")).toMatchObject({ type: "DOUBLE" });
    expect(await there(store)).toBe(0);
    expect(counted).toContain("archived_rows_total posts");
  });

  it("keeps its rows while the bucket is gone, and goes on when it is back", async () => {
    const { store, bucket, ports, logged, counted } = await filled(3);
    const { put } = bucket;
    bucket.put = () => Promise.reject(new Error("The specified bucket does not exist."));
    const old = [
      { what: "posts", before: BEFORE },
      { what: "features", before: BEFORE },
    ] as const;
    const features = { chain: "eth", tokenCa: "0x1", window: "24h", values: {} } as const;
    await store.putFeatures({ ...features, confidence: null, asOf: at(0) });
    const hour = () =>
      deleteExpired([...old], {
        ...ports,
        archive: (what, before) => archiveBatch(what, before, ports),
      });
    await hour();
    expect(await there(store)).toBe(3);
    expect(logged).toMatchObject(
      [
        { stage: "archive", outcome: "failed", reason: /posts: .*bucket does not exist/ },
        // What needs no archive goes on.
        { stage: "retention", reason: "features", count: 1 },
      ].map((each) => ({ ...each, reason: expect.stringMatching(each.reason) })),
    );
    expect(counted).toContain("archive_failures_total posts");
    bucket.put = put;
    await hour();
    expect([await there(store), (await rowsIn(bucket.files)).length]).toEqual([0, 3]);
  });

  it("deletes nothing when the write failed half-way, and writes the same file again", async () => {
    const { store, bucket, posts } = await filled(3);
    const { put } = bucket;
    bucket.put = async (name, bytes) => {
      await put(name, bytes.slice(0, 10));
      throw new Error("the connection was lost");
    };
    await expect(posts()).rejects.toThrow("the connection was lost");
    const [half] = bucket.files.keys();
    expect(await there(store)).toBe(3);
    bucket.put = put;
    expect(await posts()).toBe(3);
    expect([...bucket.files.keys()]).toEqual([half]);
    expect(await rowsIn(bucket.files)).toHaveLength(3);
  });

  it("overwrites its file rather than doubles it where it died before it deleted", async () => {
    const { store, bucket, ports, posts } = await filled(3);
    const dying = { ...ports, store: { ...store, deleteArchived: () => Promise.reject("killed") } };
    await expect(archiveBatch("posts", BEFORE, dying)).rejects.toBe("killed");
    await store.accept([arrival(77)], at(1));
    await store.recordJudgements([dropped(77)], at(1));
    expect([await there(store), await posts()]).toEqual([4, 3]);
    expect(await rowsIn(bucket.files)).toHaveLength(3);
    expect(await posts()).toBe(1);
    expect(bucket.files.size).toBe(2);
    const keys = (await rowsIn(bucket.files)).map(({ source_id }) => source_id);
    expect(new Set(keys).size).toBe(4);
  });

  it("deletes once where two work on it at a time", async () => {
    const { bucket, posts } = await filled(3);
    expect((await Promise.all([posts(), posts()])).sort()).toEqual([0, 3]);
    expect(await rowsIn(bucket.files)).toHaveLength(3);
  });

  it("has as many files as its rows need", async () => {
    const { store, bucket, ports } = await filled();
    const long = "a long text ".repeat(800);
    const ids = Array.from({ length: 1_000 }, (_, id) => id);
    await store.accept(
      ids.map((id) => ({ ...arrival(id), post: { ...arrival(id).post, text: long } })),
      at(0),
    );
    await store.recordJudgements(
      ids.map((id) => dropped(id)),
      at(1),
    );
    expect(await archiveBatch("posts", BEFORE, ports)).toBe(1_000);
    expect([...bucket.files.keys()].map((name) => name.slice(-10))).toEqual([
      "-1.parquet",
      "-2.parquet",
      "-3.parquet",
    ]);
    expect(await rowsIn(bucket.files)).toHaveLength(1_000);
    const paging = { limit: 9, cursor: null };
    const any = { what: null, since: null, until: null };
    expect((await store.archives(any, paging)).items).toMatchObject([{ files: 3, rows: 1_000 }]);
  });

  it("of an event has each piece of its evidence", async () => {
    const { store, bucket, ports } = await filled();
    await store.commit(change(0, [mention(1), mention(2)], { at: at(5) }));
    expect(await archiveBatch("events", BEFORE, ports)).toBe(1);
    expect(await rowsIn(bucket.files)).toMatchObject([
      { evidence_id: "x:1", evidence_count: 2, mention: { evidenceId: "x:1" } },
      { evidence_id: "x:2" },
    ]);
  });
});
