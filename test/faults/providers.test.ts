import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { audit } from "../../scripts/cli/audit.ts";
import { ServerError } from "../../scripts/cli/client.ts";
import { ask, sendJson } from "../../scripts/local/ask.ts";
import { freePorts } from "../../scripts/local/ports.ts";
import { type Stack, startStack } from "../../scripts/local/stack.ts";
import { startTicker } from "../../scripts/local/ticker.ts";
import { PostInput, type RawPost } from "../../src/model/raw-post.ts";
import { workload } from "../sim/workload.ts";
import { pause, push } from "./load.ts";

/** By hand, over posts of your own: FAULT_POSTS_FILE=posts.jsonl npm run test:faults */
const FILE = process.env.FAULT_POSTS_FILE;
const POSTS = Number(process.env.FAULT_POSTS ?? 2_000);
const SECONDS = Number(process.env.FAULT_SECONDS ?? 180);

/** Those that pass. Used-up quota, refused keys and 410 last until a person acts, so they would only switch a provider off. */
const PASSING = ["latency", "429", "500", "timeout", "cut", "html", "types", "empty"];
/** Calls a minute that each adapter promises, and a second for the way from the gate to the provider. */
const PACES = { goplus: 25, dexscreener: 120, geckoterminal: 12, bigquery: 30, google: 30, hn: 120, feeds: 6, github: 10 };
const MINUTE_MS = 59_000;

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const account = {
  client_email: "stream@local.iam.gserviceaccount.com",
  private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  project_id: "local",
};
const dataDir = mkdtempSync(join(tmpdir(), "providers-"));
let stack: Stack;
let stopTicks = () => {};

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  const settings = { GCP_SA_JSON: JSON.stringify(account), REQUEUE_AFTER_SECONDS: "60" };
  stack = await startStack({ port, dataDir, settings }, () => undefined);
  await sendJson(stack, "/channels", { kind: "webhook", name: "hook", settings: { url: `${stack.twins}/webhook/local` } });
  const dial = { fault: PASSING, rate: 0.25, ms: 2_000, retryAfterSeconds: 5 };
  await fetch(`${stack.twins}/dial/*`, { method: "PUT", body: JSON.stringify(dial) });
  stopTicks = startTicker({ url: stack.url, crons: ["* * * * *"], everyMs: 10_000 });
}, 900_000);

afterAll(async () => {
  stopTicks();
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function posts(): RawPost[] {
  if (FILE === undefined) return workload(1, POSTS).posts;
  const lines = readFileSync(FILE, "utf8").split("\n").filter(Boolean).slice(0, POSTS);
  return lines.map((line) => PostInput.parse(JSON.parse(line)));
}

/** A single question may meet a database that is busy; what it asks about is what counts. */
async function patiently<T>(question: () => Promise<T>): Promise<T> {
  for (let left = 20; ; left--) {
    try {
      return await question();
    } catch (error) {
      if (left === 0 || !(error instanceof ServerError)) throw error;
      await pause(3_000);
    }
  }
}

async function audited(): Promise<{ exit: number; accepted: number }> {
  const out: string[] = [];
  const say = (line: string): void => void out.push(line);
  async function* nothing(): AsyncGenerator<string> {}
  const io = { url: stack.url, key: stack.adminKey, json: true, out: say, err: say, stdin: nothing(), fetch };
  const exit = await patiently(() => audit.run(["--wait", "600"], io));
  return { exit, accepted: (JSON.parse(out.at(-1) ?? "{}") as { accepted: number }).accepted };
}

/** The most calls that any minute held. */
const busiest = (times: number[]): number =>
  Math.max(0, ...times.map((from, i) => times.slice(i).filter((at) => at < from + MINUTE_MS).length));

function quantile(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** Milliseconds of each look, from the Worker's own log. */
const looks = (): number[] =>
  readFileSync(join(dataDir, "logs", "worker.log"), "utf8")
    .split("\n")
    .flatMap((line) => (line.includes('"stage":"enrich"') ? [Number(/"latency_ms":(\d+)/.exec(line)?.[1])] : []));

/** How often facts of a group were wanted: what it would be asked without a cache. */
function wanted(metrics: string, group: string): number {
  const counts = [...metrics.matchAll(/^facts_total\{([^}]*)\} (\d+)/gm)];
  const own = counts.filter(([, labels = ""]) => labels.includes(`provider="${group}"`) && !labels.includes("unasked"));
  return own.reduce((sum, [, , count]) => sum + Number(count), 0);
}

it("bears faults at every provider: the audit reconciles, paces are kept, enrichment stays in its time", async () => {
  const all = posts();
  const sent = await push(stack, all, all.length / SECONDS);
  const { exit, accepted } = await audited();
  const metrics = await (await ask(stack, "/metrics")).text();
  const { calls } = (await (await fetch(`${stack.twins}/calls`)).json()) as {
    calls: Record<string, { total: number; failed: number }>;
  };
  const busy = Object.fromEntries(
    await Promise.all(
      Object.keys(PACES).map(async (name) => [
        name,
        busiest((await (await fetch(`${stack.twins}/calls/${name}`)).json()) as number[]),
      ]),
    ),
  );
  const ms = looks();
  const per1000 = (count: number) => Math.round((count * 1_000) / accepted);
  console.log(
    JSON.stringify({
      ...{ sent: all.length, refusals: sent.refusals.length, accepted, exit, looks: ms.length },
      ...{ p50: quantile(ms, 0.5), p95: quantile(ms, 0.95), most: Math.max(...ms) },
      calls: Object.fromEntries(
        Object.entries(calls).map(([name, { total, failed }]) => [name, { total, failed, per1000: per1000(total) }]),
      ),
      wantedPer1000: Object.fromEntries(["goplus", "dex", "bigquery"].map((group) => [group, per1000(wanted(metrics, group))])),
      busiestMinute: busy,
    }),
  );
  expect(exit).toBe(0);
  expect(quantile(ms, 0.95)).toBeLessThan(1_000);
  for (const [name, limit] of Object.entries(PACES)) expect([name, Math.max(busy[name] ?? 0, limit)]).toEqual([name, limit]);
});
