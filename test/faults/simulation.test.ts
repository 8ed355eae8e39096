import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FAULT_NAMES, FAULTS } from "../sim/faults.ts";
import { fleet } from "../sim/fleet.ts";
import { jobOf, matrix, ratesOf, replayOf } from "../sim/jobs.ts";
import { type Outcome, simulate } from "../sim/run.ts";

/**
 * In all, over 200 seeds. Fewer while working on something: SIM_POSTS=20000 npm run test:faults.
 */
const POSTS = Number(process.env.SIM_POSTS ?? 1_000_000);
const THREADS = Number(process.env.SIM_THREADS ?? availableParallelism());

const total = (outcomes: Outcome[], of: (outcome: Outcome) => number): number =>
  outcomes.reduce((sum, each) => sum + of(each), 0);

function report(outcomes: Outcome[], seconds: number, cpuSeconds: number): string {
  const posts = total(outcomes, ({ job }) => job.posts.count);
  const faults = total(outcomes, (each) =>
    Object.values(each.faults).reduce((sum, count) => sum + count, 0),
  );
  const figures = [
    `${posts} posts, ${outcomes.length} seeds, ${Math.round(seconds)} s ` +
      `(${Math.round(posts / seconds)} posts/s), ${Math.round(cpuSeconds)} s of processor time`,
    `${faults} faults, ${total(outcomes, ({ signals }) => signals)} signals, ` +
      `${total(outcomes, ({ deliveries }) => deliveries)} deliveries`,
    `${total(outcomes, ({ digests }) => digests)} digests, ` +
      `${total(outcomes, ({ repeats }) => repeats)} repeated sends, ` +
      `${total(outcomes, ({ lost }) => lost)} posts saved by the sweep`,
    `${Math.round(total(outcomes, ({ minutes }) => minutes) / 60)} hours of virtual time`,
  ];
  return figures.join("; ");
}

/** How often each fault happened, over all histories. */
function counts(outcomes: Outcome[]): string {
  const lines = FAULT_NAMES.map(
    (name) => `${`${total(outcomes, ({ faults }) => faults[name] ?? 0)}`.padStart(9)} ${name}`,
  );
  return lines.join("\n");
}

describe("the pipeline under every fault", () => {
  it("keeps its promises in every history", async () => {
    const outcomes: Outcome[] = [];
    const began = performance.now();
    const cpu = process.cpuUsage();
    await fleet(matrix(POSTS), THREADS, (outcome) => {
      outcomes.push(outcome);
      const { job, complaints } = outcome;
      if (complaints.length > 0)
        console.log(`${complaints.join("\n")}\n  replay: ${replayOf(job)}`);
    });
    const { user, system } = process.cpuUsage(cpu);
    console.log(
      `${counts(outcomes)}\n` +
        report(outcomes, (performance.now() - began) / 1000, (user + system) / 1e6),
    );
    const broken = outcomes.filter(({ complaints }) => complaints.length > 0);
    expect(broken.map(({ job }) => replayOf(job))).toEqual([]);
    const happened = new Set(outcomes.flatMap(({ faults }) => Object.keys(faults)));
    const silent = FAULT_NAMES.filter(
      (name) => !happened.has(name) && !name.endsWith("-down") && !name.includes("-down-"),
    );
    expect(silent, "faults that never happened prove nothing").toEqual([]);
    expect(total(outcomes, ({ digests }) => digests)).toBeGreaterThan(0);
  });
});

describe("docs/reliability.md", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/reliability.md"), "utf8").replace(
    / +/g,
    " ",
  );

  it.each(FAULT_NAMES)("says what %s is", (name) => {
    expect(page).toContain(`| \`${name}\` | ${FAULTS[name].says} |`);
  });
});

describe("the simulator", () => {
  const job = { seed: 5, posts: { seed: 1, count: 60 }, rates: ratesOf("all=0.05") };

  it("replays a seed to the same history", async () => {
    const lines: string[][] = [[], []];
    for (const history of lines) await simulate(job, { read: (line) => history.push(line) });
    expect(lines[0]?.length).toBeGreaterThan(100);
    expect(lines[1]).toEqual(lines[0]);
  });

  it("gives another history for another seed", async () => {
    const { outcome: first } = await simulate(job);
    const { outcome: second } = await simulate({ ...job, seed: 6 });
    expect(second.digest).not.toBe(first.digest);
  });

  it("reads back the command that it prints", () => {
    expect(jobOf(replayOf(job))).toEqual(job);
    expect(jobOf(replayOf({ ...job, rates: { crash: 0.25, "ack-lost": 0.01 } }))).toEqual({
      ...job,
      rates: { crash: 0.25, "ack-lost": 0.01 },
    });
  });
});
