import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { expect, it } from "vitest";
import { apiApp } from "../src/api/app.ts";
import { archiveBatch } from "../src/archive/archive-batch.ts";
import { silentTelemetry } from "../src/observability/telemetry.ts";
import { arrival, at, change, dropped, mention, pending } from "../src/store/contract/fixtures.ts";
import { memoryStore } from "../src/store/memory/index.ts";
import { fakePorts } from "../test/support/api.ts";
import { memoryBucket } from "../test/support/memory-bucket.ts";
import { runCommand } from "../test/support/terminal.ts";
import { archive } from "./commands/archive.ts";
import { run } from "./commands/run.ts";

const OTHER = "eth:OTHER:2026-01-15T10:00:00Z";

/** A server that archived a dropped post and one that two events held. */
async function archived() {
  const store = memoryStore();
  const bucket = memoryBucket();
  await store.accept([arrival(1), arrival(2)], at(0));
  const key = mention(2).eventKey;
  await store.recordJudgements([dropped(1), pending(2, key, OTHER)], at(1));
  await store.commit(change(0, [mention(2)], { at: at(2) }));
  const other = mention(2, { eventKey: OTHER });
  const { event } = change(0, [other]);
  await store.commit(change(0, [other], { event: { ...event, eventKey: OTHER }, at: at(2) }));
  const ports = { store, bucket, now: () => 0, log: () => undefined, telemetry: silentTelemetry };
  for (const what of ["posts", "events"] as const) await archiveBatch(what, at(1e6), ports);
  const app = apiApp({ ...fakePorts(), archive: { store, bucket } });
  return { app, bucket };
}

it("lists what was archived, and tells the days apart", async () => {
  const { app } = await archived();
  const { code, out } = await runCommand(archive, ["list"], app);
  expect(code).toBe(0);
  expect(out.join("\n")).toMatch(/events +2026-01-15 .*\n.*posts +2026-01-15 +1 /);
  const list = async (...args: string[]) =>
    (await runCommand(archive, args, app, { json: true })).out.map((line) => JSON.parse(line).what);
  expect(await list()).toEqual(["events", "posts"]);
  expect(await list("list", "--what", "posts")).toEqual(["posts"]);
  expect(await list("list", "--since", "2026-01-16T00:00:00Z")).toEqual([]);
});

it("gets a file as it is in the bucket", async () => {
  const { app } = await archived();
  const out = join(await mkdtemp(join(tmpdir(), "archive-")), "posts.parquet");
  const got = await runCommand(archive, ["get", "1", "--out", out], app);
  expect(got.code).toBe(0);
  expect(await parquetReadObjects({ file: await asyncBufferFromFile(out) })).toMatchObject([
    { source_id: "1", reason: "spam" },
  ]);
  const none = runCommand(archive, ["get", "1", "--file", "2", "--out", out], app);
  await expect(none).rejects.toThrow("There is no file 2 of a batch 1");
});

it("prints each post of the days once, as lines that stream run takes", async () => {
  const { app } = await archived();
  const { out } = await runCommand(archive, ["posts", "--since", "2026-01-15"], app);
  expect(out.map((line) => JSON.parse(line).id)).toEqual(["1", "2"]);
  const judged = await runCommand(run, [], app, { stdin: `${out.join("\n")}\n` });
  expect(judged.out.map((line) => JSON.parse(line))).toMatchObject([
    { id: "1", outcome: expect.not.stringMatching("rejected") },
    { id: "2", outcome: expect.not.stringMatching("rejected") },
  ]);
});

it("says that a file is gone from the bucket, and that no bucket is bound", async () => {
  const { app, bucket } = await archived();
  bucket.files.clear();
  const get = (of: typeof app) =>
    runCommand(archive, ["get", "1", "--out", "/tmp/never.parquet"], of);
  await expect(get(app)).rejects.toThrow(/The bucket has no posts\/day=2026-01-15/);
  const { archive: ports } = { archive: { store: memoryStore(), bucket: undefined } };
  const bare = apiApp({ ...fakePorts(), archive: ports });
  await expect(get(bare)).rejects.toThrow("There is no file 1 of a batch 1");
});
