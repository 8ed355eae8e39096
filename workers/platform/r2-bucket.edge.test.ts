import { env } from "cloudflare:workers";
import { parquetReadObjects } from "hyparquet";
import { expect, it } from "vitest";
import { archiveBatch } from "../../src/archive/archive-batch.ts";
import { silentTelemetry } from "../../src/observability/telemetry.ts";
import { arrival, at, dropped } from "../../src/store/contract/fixtures.ts";
import { memoryStore } from "../../src/store/memory/index.ts";
import { bucketContract } from "../../test/support/bucket-contract.ts";
import type { Bindings } from "../env.ts";
import { r2Bucket } from "./r2-bucket.ts";

const { ARCHIVE } = env as unknown as Required<Bindings>;

bucketContract("R2", () => r2Bucket(ARCHIVE));

it("archives a batch from within workerd, which reads back as it was", async () => {
  const store = memoryStore();
  const ids = Array.from({ length: 5_000 }, (_, id) => id);
  await store.accept(
    ids.map((id) => arrival(id)),
    at(0),
  );
  await store.recordJudgements(
    ids.map((id) => dropped(id)),
    at(1),
  );
  const bucket = r2Bucket(ARCHIVE);
  const ports = { store, bucket, now: () => 0, log: () => undefined, telemetry: silentTelemetry };
  expect(await archiveBatch("posts", at(1e6), ports)).toBe(5_000);
  const { items } = await store.archives(
    { what: null, since: null, until: null },
    { limit: 9, cursor: null },
  );
  const file = await bucket.get(`${items[0]?.name}-1.parquet`);
  const rows = await parquetReadObjects({ file: file?.buffer ?? new ArrayBuffer() });
  expect(rows).toHaveLength(5_000);
  expect(rows[7]).toMatchObject({ source: "x", source_id: "7", accepted_at: new Date(at(0)) });
});

it("confirms nothing when R2 refuses the file", async () => {
  const put = async () => Promise.reject(new Error("internal error; retry"));
  const broken = r2Bucket({ put } as unknown as R2Bucket);
  await expect(broken.put("posts/x.parquet", new Uint8Array(3))).rejects.toThrow("internal error");
  const short = r2Bucket({ put: async () => ({ size: 2 }) } as unknown as R2Bucket);
  await expect(short.put("posts/x.parquet", new Uint8Array(3))).rejects.toThrow("2 of 3 bytes");
});
