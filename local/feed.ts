import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Audit } from "../cli/commands/audit.ts";
import { ask, problemOf, type Server, sendJson } from "./ask.ts";
import { sampleAt } from "./samples.ts";

const batchSize = 200;
/** /ingest takes up to 1 MB: some room is left for the envelope. */
const batchBytes = 900_000;
const pause = (ms: number) => new Promise((wake) => setTimeout(wake, ms));

/**
 * Sends one batch until it is taken. 429 and 503 say when to come back; a server that restarts is
 * waited for.
 */
async function send(
  server: Server,
  posts: unknown[],
): Promise<{ accepted: number; rejected: number }> {
  for (;;) {
    const response = await sendJson(server, "/ingest", { posts }).catch(() => undefined);
    if (response?.ok) {
      const { accepted, rejected } = (await response.json()) as {
        accepted: number;
        rejected: unknown[];
      };
      return { accepted, rejected: rejected.length };
    }
    if (response && response.status !== 429 && response.status < 500)
      throw new Error(`/ingest refused the batch: ${await problemOf(response)}`);
    await pause(1000 * Math.min(Number(response?.headers.get("retry-after")) || 1, 30));
  }
}

async function* batches(file: string): AsyncGenerator<unknown[]> {
  let batch: unknown[] = [];
  let bytes = 0;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (line.trim() === "") continue;
    if (batch.length === batchSize || bytes + line.length > batchBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    // A line that is no JSON goes to the server as text, whose answer counts it as rejected.
    batch.push(parse(line));
    bytes += line.length;
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

const audit = async (server: Server) => (await ask(server, "/audit")).json() as Promise<Audit>;

/** Waits until every post has ended and every delivery too, or nothing has moved for a while. */
async function drained(server: Server, quietMs = 120_000): Promise<Audit> {
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

function verdict(found: Audit): string {
  const { accepted, evidence, dropped, duplicate, dead, open, outbox, latency_ms: latency } = found;
  const ends = evidence + dropped + duplicate + dead;
  const sum = `${accepted} accepted = ${evidence} evidence + ${dropped} dropped + ${duplicate} duplicate + ${dead} dead`;
  const outcome = ends === accepted ? `✓ ${sum}` : `✗ ${sum} and ${open} still open`;
  const times =
    latency.count === 0
      ? "none delivered"
      : `accepted to delivered p50 ${latency.p50} ms, p95 ${latency.p95} ms of ${latency.count}`;
  return `${outcome}\n  deliveries: ${outbox.done} done, ${outbox.pending} pending, ${outbox.failed} to retry, ${outbox.dlq} dead; ${times}`;
}

/** Feeds a JSON Lines file through POST /ingest and says how every post ended. */
export async function feedFile(
  server: Server,
  file: string,
  say: (line: string) => void,
): Promise<Audit> {
  const began = performance.now();
  let accepted = 0;
  let rejected = 0;
  for await (const batch of batches(file)) {
    const taken = await send(server, batch);
    accepted += taken.accepted;
    rejected += taken.rejected;
  }
  const sent = (performance.now() - began) / 1000;
  say(
    `  ${accepted} posts taken, ${rejected} rejected in ${sent.toFixed(1)} s (${(accepted / sent).toFixed(0)} posts/s); waiting for the rest of the way`,
  );
  const found = await drained(server);
  const whole = (performance.now() - began) / 1000;
  say(
    `${verdict(found)}\n  ${(accepted / whole).toFixed(1)} posts/s from the first post sent to the last one ended`,
  );
  return found;
}

/**
 * The sample source: a post every so often, numbered by the clock, so that ids are fresh in every
 * run and never repeat.
 */
export function dripSamples(server: Server, everyMs: number): () => void {
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    const now = Date.now();
    await sendJson(server, "/ingest", { posts: [sampleAt(Math.floor(now / everyMs), now)] }).catch(
      () => undefined,
    );
    busy = false;
  }, everyMs);
  return () => clearInterval(timer);
}
