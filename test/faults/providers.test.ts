import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { send } from "../../cli/client.ts";
import { type Audit, complaints } from "../../cli/commands/audit.ts";
import { table } from "../../cli/table.ts";
import { startTicker } from "../../local/services/ticker.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { freePorts } from "../../local/supervisor/ports.ts";
import { PostInput, type RawPost } from "../../src/model/raw-post.ts";
import { workload } from "../sim/workload.ts";
import { pause, push } from "./load.ts";

/**
 * By hand, over posts of your own: FAULT_POSTS_FILE=posts.jsonl; FAULT_POSTS and FAULT_SECONDS say
 * how many in what time.
 */
const FILE = process.env.FAULT_POSTS_FILE;
const POSTS = Number(process.env.FAULT_POSTS ?? 2_000);
const SECONDS = Number(process.env.FAULT_SECONDS ?? 150);
/**
 * Of the push beyond its time, and of the drain: a machine that is slower says so, and does not
 * wait for ever.
 */
const PATIENCE_SECONDS = 300;

/**
 * Those that pass. Used-up quota, refused keys and 410 last until a person acts, so they would only
 * switch a provider off.
 */
const PASSING = ["latency", "429", "500", "timeout", "cut", "html", "types", "empty"];
const PROVIDER_FAULTS = { fault: PASSING, rate: 0.25, ms: 2_000, retryAfterSeconds: 5 };
/** A channel whose target answers 403 is paused until a person acts, so its target does not. */
const CHANNEL_FAULTS = { ...PROVIDER_FAULTS, fault: ["latency", "429", "500", "timeout", "cut"] };
/** Calls a minute that each adapter promises. */
const PACES: Record<string, number> = {
  goplus: 25,
  dexscreener: 120,
  geckoterminal: 12,
  bigquery: 30,
  google: 30,
  x: 25,
  apify: 30,
  hn: 120,
  feeds: 6,
  github: 10,
};
/** A minute less the way from the guard, which counts, to the provider, which is counted here. */
const MINUTE_MS = 59_000;
/** What is asked of a group of providers, and by which of them it is answered. */
const GROUPS: Record<string, string> = {
  goplus: "goplus",
  dexscreener: "dex",
  geckoterminal: "dex",
  bigquery: "bigquery",
};

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const account = {
  client_email: "stream@local.iam.gserviceaccount.com",
  private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  project_id: "local",
};
/** Every source and enricher is on, and is polled at every minute where its pace allows that. */
const SETTINGS = {
  GCP_SA_JSON: JSON.stringify(account),
  X_BEARER_TOKEN: "local",
  X_USERS: "local_user",
  APIFY_TOKEN: "local",
  X_EVERY_MINUTES: "1",
  APIFY_EVERY_MINUTES: "3",
  HN_EVERY_MINUTES: "1",
  FEEDS_EVERY_MINUTES: "1",
  GITHUB_EVERY_MINUTES: "1",
  REQUEUE_AFTER_SECONDS: "60",
};

const dataDir = mkdtempSync(join(tmpdir(), "providers-"));
let stack: Stack;
let stopTicks = () => {};

const began = performance.now();
const say = (line: string): void =>
  console.log(`${((performance.now() - began) / 1_000).toFixed(0)} s: ${line}`);

async function setFaults(name: string, settings?: object): Promise<void> {
  const init =
    settings === undefined
      ? { method: "DELETE" }
      : { method: "PUT", body: JSON.stringify(settings) };
  const answer = await fetch(`${stack.emulators}/faults/${name}`, init);
  if (!answer.ok) throw new Error(`the faults of ${name}: ${await answer.text()}`);
}

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  stack = await startStack({ port, dataDir, settings: SETTINGS }, say);
  await send(stack, "/channels", {
    method: "POST",
    body: {
      kind: "webhook",
      name: "hook",
      settings: { url: `${stack.emulators}/webhook/local` },
    },
  });
}, 300_000);

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
async function audited(): Promise<Audit> {
  for (let left = 10; ; left--) {
    const answer = await send(stack, "/audit").catch(() => undefined);
    if (answer?.ok) return (await answer.json()) as Audit;
    if (left === 0) throw new Error(`GET /audit answers ${answer?.status ?? "nothing"}`);
    await pause(3_000);
  }
}

/**
 * Looks until `done`, and says what is still open on the way; after its time the last look is the
 * answer.
 */
async function audit(done: (figures: Audit) => boolean): Promise<Audit> {
  const until = performance.now() + PATIENCE_SECONDS * 1_000;
  for (;;) {
    const figures = await audited();
    if (done(figures) || performance.now() > until) return figures;
    say(`${figures.open} posts open, deliveries ${JSON.stringify(figures.outbox)}`);
    await pause(5_000);
  }
}

/** The most calls that any minute held. */
const busiest = (times: number[]): number =>
  Math.max(
    0,
    ...times.map((from, i) => times.slice(i).filter((at) => at < from + MINUTE_MS).length),
  );

function quantile(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** Milliseconds of each look, from the Worker's own log. */
const looks = (): number[] =>
  readFileSync(join(dataDir, "logs", "worker.log"), "utf8")
    .split("\n")
    .flatMap((line) =>
      line.includes('"stage":"enrich"') ? [Number(/"latency_ms":(\d+)/.exec(line)?.[1])] : [],
    );

/** How often facts of a group were wanted: what it would be asked without a cache. */
function wanted(metrics: string, group: string): number {
  const counts = [...metrics.matchAll(/^facts_total\{([^}]*)\} (\d+)/gm)];
  const own = counts.filter(
    ([, labels = ""]) => labels.includes(`provider="${group}"`) && !labels.includes("unasked"),
  );
  return own.reduce((sum, [, , count]) => sum + Number(count), 0);
}

const emulator = async <T>(path: string): Promise<T> =>
  (await (await fetch(`${stack.emulators}${path}`)).json()) as T;

async function tell(figures: Audit): Promise<void> {
  const metrics = await (await send(stack, "/metrics")).text();
  const { calls } = await emulator<{ calls: Record<string, { total: number; failed: number }> }>(
    "/calls",
  );
  const per1000 = (count: number) => Math.round((count * 1_000) / figures.accepted);
  const rows = await Promise.all(
    Object.entries(PACES).map(async ([provider, pace]) => {
      const { total = 0, failed = 0 } = calls[provider] ?? {};
      const group = GROUPS[provider];
      return {
        provider,
        calls: total,
        failed,
        "per 1,000 posts": per1000(total),
        "without a cache": group === undefined ? "-" : per1000(wanted(metrics, group)),
        "busiest minute": busiest(await emulator<number[]>(`/calls/${provider}`)),
        pace,
      };
    }),
  );
  for (const line of table(rows)) console.log(line);
  const ms = looks();
  const [p50, p95, most] = [quantile(ms, 0.5), quantile(ms, 0.95), Math.max(0, ...ms)];
  console.log(`enrichment: ${ms.length} looks, p50 ${p50} ms, p95 ${p95} ms, most ${most} ms`);
}

it("bears faults at every provider: the audit reconciles, paces are kept, nothing is lost on the way", async () => {
  await setFaults("*", PROVIDER_FAULTS);
  await setFaults("webhook", CHANNEL_FAULTS);
  stopTicks = startTicker({ url: stack.url, crons: ["* * * * *"], everyMs: 20_000 });
  const all = posts();
  const sent = await push(
    stack,
    all,
    all.length / SECONDS,
    performance.now() + (SECONDS + PATIENCE_SECONDS) * 1_000,
  );
  say(`sent ${sent.accepted} of ${all.length}, refused ${sent.refusals.length} times`);
  expect(sent.accepted, "posts accepted within the time").toBe(all.length);

  /**
   * The sources fall silent, so that there is an end; what was accepted is worked off under the
   * same faults.
   */
  stopTicks();
  await setFaults("jetstream", { fault: "empty" });
  const ended = await audit(({ open }) => open === 0);
  await tell(ended);
  console.log(JSON.stringify(ended));
  expect(complaints(ended)).toEqual([]);
  expect(ended.dead).toBe(0);

  /**
   * A delivery that failed twice waits for minutes, as it should: it is made due when the faults
   * are over.
   */
  await setFaults("*");
  await setFaults("jetstream", { fault: "empty" });
  const { outbox } = (await (await send(stack, "/outbox?status=failed&limit=200")).json()) as {
    outbox: { id: number }[];
  };
  for (const { id } of outbox) await send(stack, `/outbox/${id}/retry`, { method: "POST" });
  const delivered = await audit((figures) => figures.outbox.pending + figures.outbox.failed === 0);
  expect(delivered.outbox).toMatchObject({ pending: 0, failed: 0, dlq: 0 });

  for (const [name, pace] of Object.entries(PACES)) {
    const most = busiest(await emulator<number[]>(`/calls/${name}`));
    expect([name, Math.max(most, pace)], `calls of ${name} in its busiest minute`).toEqual([
      name,
      pace,
    ]);
  }
});
