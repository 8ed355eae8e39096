import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "../../cli/client.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { freePorts } from "../../local/supervisor/ports.ts";
import { camelCased } from "../../src/kit/case.ts";
import type { RawPost } from "../../src/model/raw-post.ts";
import type { AuditReport } from "../../src/store/audit.ts";
import { OVERLOAD_POSTS } from "../../src/store/posts.ts";
import { workload } from "../sim/workload.ts";
import { pause, push, type Sent } from "./load.ts";

/** The long form, by hand: LOAD_SECONDS=300 npm run test:faults -- load */
const SECONDS = Number(process.env.LOAD_SECONDS ?? 60);
const CALIBRATION = 1_500;
/**
 * Times the posts that were worked off a second alone. That figure holds the last deliveries' time
 * too, so a machine may keep up with twice as many.
 */
const OFFERED = 4;
/** So many that what they wait for does not hold them back: each answer waits for its events. */
const CLIENTS = 32;
/** As short as a minute of load needs; a deployment waits longer before it refuses. */
const OVERLOADED_AFTER_SECONDS = 5;

/** Far above what is usual (seconds), far below what posts wait under this load. */
const STARVED_MS = 15_000;

type Sample = { open: number; done: number; megabytes: number };

/** Resident memory of the process and all of its group: miniflare and workerd. */
function megabytesOf(pid: number | undefined): number {
  const lines = execFileSync("ps", ["-A", "-o", "pgid=,rss="], { encoding: "utf8" })
    .trim()
    .split("\n");
  const group = lines
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([pgid]) => pgid === pid);
  return Math.round(group.reduce((sum, [, rss = 0]) => sum + rss, 0) / 1024);
}

describe("far more posts than can be worked off", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "load-"));
  let stack: Stack;

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    const settings = { OVERLOADED_AFTER_SECONDS: `${OVERLOADED_AFTER_SECONDS}` };
    stack = await startStack({ port, dataDir, settings }, () => undefined);
    await send(stack, "/channels", {
      method: "POST",
      body: {
        kind: "webhook",
        name: "hook",
        settings: { url: `${stack.emulators}/webhook/local` },
      },
    });
  }, 900_000);

  afterAll(async () => {
    await stack?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /**
   * An answer may be late on a machine that is given more than it can do: then there is one sample
   * less.
   */
  async function audit(): Promise<AuditReport | undefined> {
    const answer = await send(stack, "/audit").catch(() => undefined);
    return answer?.ok ? (camelCased(await answer.json()) as AuditReport) : undefined;
  }

  const isOpen = (left: AuditReport | undefined): boolean =>
    left === undefined || left.open + left.outbox.pending + left.outbox.failed > 0;

  async function untilDone(): Promise<number> {
    const began = performance.now();
    while (isOpen(await audit())) await pause(1_000);
    return (performance.now() - began) / 1_000;
  }

  /**
   * Posts a second from the first accepted to the last ended, while nothing else is asked of the
   * machine.
   */
  async function sustainable(posts: readonly RawPost[]): Promise<number> {
    const began = performance.now();
    await push(stack, posts, Infinity);
    await untilDone();
    return posts.length / ((performance.now() - began) / 1_000);
  }

  async function samplesUntil(until: number): Promise<Sample[]> {
    const samples: Sample[] = [];
    for (; performance.now() < until; await pause(5_000)) {
      const now = await audit();
      if (now)
        samples.push({
          open: now.open,
          done: now.outbox.done,
          megabytes: megabytesOf(stack.services.get("worker")?.pid()),
        });
    }
    return samples;
  }

  it("is refused in time, fills no memory, starves no delivery, and is worked off soon after", async () => {
    const warmUp = workload(1, CALIBRATION).posts;
    await sustainable(warmUp.slice(0, 300));
    const rate = await sustainable(warmUp.slice(300));
    // So long that the refusals begin within the first half.
    const seconds = Math.max(SECONDS, 2 * (OVERLOAD_POSTS / rate + 2 * OVERLOADED_AFTER_SECONDS));
    const offered = Math.ceil(OFFERED * rate * seconds);
    const { posts } = workload(2, offered);
    // All of one source: overload is judged source by source.
    const fresh = posts.map(({ source, id, ...post }) => ({
      ...post,
      source: "load",
      id: `${source}-${id}`,
    }));
    const until = performance.now() + seconds * 1_000;
    const share = Math.ceil(offered / CLIENTS);
    const clients = Array.from({ length: CLIENTS }, (_, i) =>
      push(stack, fresh.slice(i * share, (i + 1) * share), (OFFERED * rate) / CLIENTS, until),
    );
    const [samples, ...sent] = await Promise.all([samplesUntil(until), ...clients]);
    const refusals = sent.flatMap((each: Sent) => each.refusals);
    const recoverySeconds = await untilDone();
    const after = await audit();
    const waits = after?.commitToSendMs ?? [];

    const half = Math.floor(samples.length / 2);
    const most = (of: keyof Sample, among = samples): number =>
      Math.max(...among.map((sample) => sample[of]));
    const early = most("megabytes", samples.slice(0, half));
    const late = most("megabytes", samples.slice(half));
    const accepted = sent.reduce((sum, each) => sum + each.accepted, 0);
    console.log(
      `sustainable ${rate.toFixed(0)} posts/s; offered ${offered} in ${seconds.toFixed(0)} s, ` +
        `accepted ${accepted}, refused ${refusals.length} times; ` +
        `at most ${most("open")} open; memory ${samples[0]?.megabytes} MB at first, at most ` +
        `${early} MB in the first half and ${late} MB in the second; ` +
        `${samples.at(-1)?.done} deliveries, commit -> send p95 ` +
        `${waits.map(({ p95 }) => p95).join(", ")} ms; ` +
        `recovered in ${recoverySeconds.toFixed(0)} s`,
    );
    expect(refusals.length).toBeGreaterThan(0);
    expect(
      refusals.filter(({ status, retryAfter }) => status !== 429 || !(Number(retryAfter) > 0)),
    ).toEqual([]);
    // Without a bound what cannot be worked off would be open at the end, and memory would grow
    // with it (that of miniflare and workerd, shared pages counted in each).
    expect(most("open"), "open posts").toBeLessThan(((OFFERED - 1) * rate * seconds) / 2);
    expect(late, "memory in the second half").toBeLessThan(1.5 * early);
    expect(samples.at(-1)?.done, "deliveries went out under load").toBeGreaterThan(
      samples[0]?.done ?? 0,
    );
    // Posts wait behind posts; a notification must not wait behind them too.
    expect(waits.map(({ p95 }) => Number(p95) < STARVED_MS)).toEqual([true]);
    expect(recoverySeconds).toBeLessThan(60 + (2 * most("open")) / rate);
    expect(after).toMatchObject({
      open: 0,
      dead: 0,
      contradictions: 0,
      miscounted: 0,
      deadLetters: 0,
    });
  });
});
