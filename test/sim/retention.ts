import { isDeepStrictEqual } from "node:util";
import { parquetReadObjects } from "hyparquet";
import { archiveBatch } from "../../src/archive/archive-batch.ts";
import { silentTelemetry } from "../../src/observability/telemetry.ts";
import { deleteExpired } from "../../src/schedule/retention.ts";
import type { Store } from "../../src/store/index.ts";
import { RETAINED } from "../../src/store/retention.ts";
import { memoryBucket } from "../support/memory-bucket.ts";
import type { Complaints } from "./judged.ts";
import { readTables, type Tables } from "./tables.ts";
import type { Workload } from "./workload.ts";

/**
 * Once all is quiet, deletes what ended before `before`, and holds what is left against what was
 * there: the old is gone, the young is there, and every figure of the audit is as it was.
 */
export async function retentionComplaints(
  store: Store,
  was: Tables,
  before: string,
  workload: Workload,
): Promise<Complaints> {
  const now = () => Date.parse(before);
  const runtime = { log: () => undefined, now, telemetry: silentTelemetry };
  const bucket = memoryBucket();
  await deleteExpired(
    RETAINED.map((what) => ({ what, before })),
    {
      ...{ ...runtime, store },
      archive: (what, until) => archiveBatch(what, until, { ...runtime, store, bucket }),
    },
  );
  const left = await readTables(store, workload);
  return [
    ...(await notArchived(bucket.files, was, left)),
    ...sameFigures(was, left),
    ...eventsGo(was, left, before),
    ...postsGo(was, left, before),
    ...deliveriesGo(was, left, before),
    ...left.unaccounted.map(({ source, hour }) => `retention left posts of ${source} ${hour} out`),
  ];
}

function sameFigures({ audit: was }: Tables, { audit: is }: Tables): Complaints {
  const names = ["accepted", "evidence", "dropped", "duplicate", "dead", "outbox"] as const;
  const wrong = names.filter((name) => !isDeepStrictEqual(was[name], is[name]));
  return [
    ...wrong.map((name) => `retention made ${JSON.stringify(was[name])} ${name} other`),
    ...(is.contradictions + is.miscounted === 0 ? [] : ["retention left events without posts"]),
  ];
}

/** An event goes when nothing was written to it any more; all its deliveries have ended. */
function eventsGo(was: Tables, left: Tables, before: string): Complaints {
  return [...was.events].flatMap(([key, { signal }]) => {
    const isOld = signal.ts < before;
    if (isOld !== left.events.has(key)) return [];
    return [`event ${key} of ${signal.ts} is ${isOld ? "still there" : "gone"}`];
  });
}

function postsGo(was: Tables, left: Tables, before: string): Complaints {
  const held = new Set(
    [...left.events.values()].flatMap(({ evidence }) =>
      evidence.map(({ evidenceId }) => evidenceId),
    ),
  );
  return [...was.posts].flatMap(([key, { outcome, acceptedAt }]) => {
    if (outcome === "dead") return [];
    const stays = outcome === "evidence" ? held.has(key) : acceptedAt >= before;
    if (stays === left.posts.has(key)) return [];
    return [`post ${key} of ${acceptedAt}, ${outcome}, is ${stays ? "gone" : "still there"}`];
  });
}

function deliveriesGo(was: Tables, left: Tables, before: string): Complaints {
  const there = new Set(left.outbox.map(({ id }) => id));
  const letters = new Set(left.deadLetters.map(({ subject }) => subject));
  return was.outbox.flatMap(({ id, status, finishedAt, eventKey }) => {
    if (!left.events.has(eventKey)) return [];
    const isKept = status === "dlq" && letters.has(`${id}`);
    const stays = isKept || (finishedAt ?? "") >= before;
    return stays === there.has(id) ? [] : [`delivery ${id} is ${stays ? "gone" : "still there"}`];
  });
}

/** Posts that are gone and stand in no file. */
async function notArchived(
  files: Map<string, Uint8Array<ArrayBuffer>>,
  was: Tables,
  left: Tables,
): Promise<Complaints> {
  const kept = new Set<string>();
  for (const [name, bytes] of files) {
    if (name.startsWith("history/")) continue;
    const rows = await parquetReadObjects({ file: bytes.buffer });
    for (const { source, source_id } of rows) kept.add(`${source}:${source_id}`);
  }
  return [...was.posts.keys()]
    .filter((key) => !left.posts.has(key) && !kept.has(key))
    .map((key) => `post ${key} went without a file`);
}
