import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { ask, refusal, type ServerAccess, send } from "../cli/client.ts";
import type { Audit } from "../cli/commands/audit.ts";
import { sampleAt } from "./samples.ts";

const BATCH_SIZE = 200;
/** POST /ingest takes up to 1 MB; the rest is for the envelope. */
const BATCH_BYTES = 900_000;
const pause = (ms: number) => new Promise((wake) => setTimeout(wake, ms));

/**
 * Sends one batch until the server takes it. 429 and 503 say when to come back; while the server
 * restarts, the batch waits.
 */
async function sendBatch(
  server: ServerAccess,
  posts: unknown[],
): Promise<{ accepted: number; rejected: number }> {
  for (;;) {
    const response = await send(server, "/ingest", {
      method: "POST",
      body: { posts },
    }).catch(() => undefined);
    if (response?.ok) {
      const { accepted, rejected } = (await response.json()) as {
        accepted: number;
        rejected: unknown[];
      };
      return { accepted, rejected: rejected.length };
    }
    if (response && response.status !== 429 && response.status < 500) throw await refusal(response);
    await pause(1000 * Math.min(Number(response?.headers.get("retry-after")) || 1, 30));
  }
}

export async function* batches(file: string, most = BATCH_SIZE): AsyncGenerator<unknown[]> {
  let batch: unknown[] = [];
  let bytes = 0;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (line.trim() === "") continue;
    const size = Buffer.byteLength(line);
    if (batch.length === most || bytes + size > BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    // A line that is no JSON goes to the server as text, whose answer counts it as rejected.
    batch.push(parse(line));
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

const audit = (server: ServerAccess) => ask<Audit>(server, "/audit");

/** Waits until every post and delivery has ended, or nothing has changed for `quietMs`. */
async function drained(server: ServerAccess, quietMs = 120_000): Promise<Audit> {
  let last = "";
  for (let movedAt = performance.now(); ; ) {
    const seen = await audit(server).catch(() => undefined);
    const now = performance.now();
    if (seen?.open === 0 && seen.outbox.pending === 0) return seen;
    if (JSON.stringify(seen) !== last) movedAt = now;
    else if (now - movedAt > quietMs)
      return seen ?? Promise.reject(new Error("/audit does not answer"));
    last = JSON.stringify(seen);
    await pause(500);
  }
}

function auditSummary(found: Audit): string {
  const { accepted, evidence, dropped, duplicate, dead, open, outbox, latency_ms: latency } = found;
  const ends = evidence + dropped + duplicate + dead;
  const sum =
    `${accepted} accepted = ${evidence} evidence + ${dropped} dropped + ${duplicate} ` +
    `duplicate + ${dead} dead`;
  const outcome = ends === accepted ? `✓ ${sum}` : `✗ ${sum} and ${open} still open`;
  const times =
    latency.count === 0
      ? "none delivered"
      : `accepted to delivered p50 ${latency.p50} ms, p95 ${latency.p95} ms of ${latency.count}`;
  return (
    `${outcome}\n  deliveries: ${outbox.done} done, ${outbox.pending} pending, ` +
    `${outbox.failed} to retry, ${outbox.dlq} dead; ${times}`
  );
}

/**
 * Feeds a JSON Lines file through POST /ingest and reports how every post ended. `senders`: so many
 * batches are on their way at a time.
 */
export async function feedFile(
  server: ServerAccess,
  file: string,
  log: (line: string) => void,
  { senders = 1 } = {},
): Promise<Audit> {
  const began = performance.now();
  let accepted = 0;
  let rejected = 0;
  const left = batches(file);
  async function sendBatches(): Promise<void> {
    for (let next = await left.next(); !next.done; next = await left.next()) {
      const taken = await sendBatch(server, next.value);
      accepted += taken.accepted;
      rejected += taken.rejected;
    }
  }
  await Promise.all(Array.from({ length: senders }, sendBatches));
  const sent = (performance.now() - began) / 1000;
  log(
    `  ${accepted} posts taken, ${rejected} rejected in ${sent.toFixed(1)} s ` +
      `(${(accepted / sent).toFixed(0)} posts/s); waiting until every post has ended`,
  );
  const found = await drained(server);
  const whole = (performance.now() - began) / 1000;
  log(
    `${auditSummary(found)}\n  ${(accepted / whole).toFixed(1)} posts/s from the first post sent ` +
      `to the last one ended`,
  );
  return found;
}

/** The same at a rate: every 200 ms as many posts as it says, however long an answer takes. */
export async function feedPaced(
  server: ServerAccess,
  file: string,
  perSecond: number,
  log: (line: string) => void,
): Promise<Audit> {
  const size = Math.max(1, Math.round(perSecond / 5));
  const sent: Promise<unknown>[] = [];
  let due = performance.now();
  for await (const batch of batches(file, size)) {
    await pause(Math.max(0, due - performance.now()));
    due += (1000 * size) / perSecond;
    sent.push(sendBatch(server, batch));
  }
  await Promise.all(sent);
  const found = await drained(server);
  log(auditSummary(found));
  return found;
}

/**
 * The sample source: one post every `everyMs`. The clock numbers the posts, so that ids never
 * repeat, in later runs neither.
 */
export function dripSamples(server: ServerAccess, everyMs: number): () => void {
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    const now = Date.now();
    const posts = [sampleAt(Math.floor(now / everyMs), now)];
    await send(server, "/ingest", { method: "POST", body: { posts } }).catch(() => undefined);
    busy = false;
  }, everyMs);
  return () => clearInterval(timer);
}
