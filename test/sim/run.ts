import { EMPTY_BLACKLIST } from "../../src/filter/blacklist.ts";
import type { PostJudge } from "../../src/intake/settle-posts.ts";
import { iso } from "../../src/kit/time.ts";
import { postKey, type RawPost } from "../../src/model/raw-post.ts";
import { type JudgeResult, type JudgeSettings, judge } from "../../src/pipeline.ts";
import type { Store } from "../../src/store/index.ts";
import { memoryStore } from "../../src/store/memory/index.ts";
import { cron, POISON, poisoner, pushes, ticks } from "./actors.ts";
import { changesOf, isChanging } from "./changes.ts";
import { FAULT_NAMES, faults as faultsOf, type Rates } from "./faults.ts";
import { complaintsOf } from "./invariants.ts";
import type { Reference } from "./judged.ts";
import { type Kernel, kernel as kernelOf } from "./kernel.ts";
import {
  type ChannelEdits,
  collector,
  editor,
  operator,
  type Pause,
  pauser,
  replayer,
} from "./people.ts";
import { dice } from "./random.ts";
import { addChannels } from "./receivers.ts";
import { retentionComplaints } from "./retention.ts";
import { simRoutes } from "./routes.ts";
import { simRules } from "./rules.ts";
import { readTables } from "./tables.ts";
import { underVirtualTimers } from "./timers.ts";
import { BLOCKED_DOMAIN, LATER_BLOCKED_DOMAIN } from "./words.ts";
import { contractsIn, type Workload, workload as workloadOf } from "./workload.ts";
import { type Judges, type World, world as worldOf } from "./world.ts";

export type Job = {
  /** Chooses every fault, delay and order. */
  seed: number;
  /** Chooses the posts. */
  posts: { seed: number; count: number };
  rates: Rates;
};

export type Outcome = {
  job: Job;
  complaints: string[];
  /** The same for the same job, always. */
  digest: string;
  /** Minutes of virtual time until quiet. */
  minutes: number;
  events: number;
  signals: number;
  deliveries: number;
  /** Messages that a target got more than once. */
  repeats: number;
  /** Messages that contained several changes. */
  digests: number;
  degraded: number;
  /** Posts without an outcome of which no queue held a message any more. */
  lost: number;
  faults: Record<string, number>;
};

/** Jobs with the same key have the same posts. */
export const keyOf = ({ seed, count }: Job["posts"]): string => `${seed}/${count}`;

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 15, 12);
const TRAFFIC_MS = 40 * MINUTE;
/** Longer than a queue retries, and past many an hourly tick. */
const PATIENCE_MS = 13 * 60 * MINUTE;

/** As short as settings can be: what the stages themselves do is tested beside them. */
const settings = (domain: string, windowMinutes: number): JudgeSettings => ({
  filter: { languages: [], blacklist: { ...EMPTY_BLACKLIST, domains: new Set([domain]) } },
  refine: { windowMinutes, authors: new Map() },
});

/**
 * The posts of a run, and the judges of them. judge() is pure, so that each post is judged once for
 * all runs of one thread.
 */
export type Scene = { posts: Workload; judges: Judges };

export function scene(posts: Job["posts"]): Scene {
  return {
    posts: workloadOf(posts.seed, posts.count),
    judges: {
      before: judgeOnce(settings(BLOCKED_DOMAIN, 60)),
      after: judgeOnce(settings(LATER_BLOCKED_DOMAIN, 30)),
    },
  };
}

function judgeOnce(by: JudgeSettings): (post: RawPost) => JudgeResult {
  const known = new Map<string, JudgeResult>();
  return (post) => {
    if (post.source === POISON) throw new Error("a stage fails on this post");
    const judged = known.get(postKey(post)) ?? judge(post, by);
    known.set(postKey(post), judged);
    return judged;
  };
}

/** How long each step of judging each post took, each time. */
type StepTimes = Map<string, number[]>;

/** The same judges, whose steps take what time the history has them take. */
function timed({ before, after }: Judges, { spent }: Kernel, times: StepTimes): Judges {
  const timedJudge =
    (judge: PostJudge): PostJudge =>
    (post, watch) => {
      const judged = judge(post, watch);
      for (const stage of judged.kind === "keep" ? STEPS : STEPS.slice(0, 1)) {
        const began = watch(stage, spent);
        const key = `${postKey(post)} ${stage}`;
        times.set(key, [...(times.get(key) ?? []), spent() - began]);
      }
      return judged;
    };
  return { before: timedJudge(before), after: timedJudge(after) };
}

const STEPS = ["filter", "refine"] as const;

export type Options = {
  scene?: Scene;
  store?: Store;
  reference?: Reference;
  read?: (line: string) => void;
};

/** One history from the first post to quiet, and what it broke. */
export async function simulate(
  job: Job,
  options: Options = {},
): Promise<{ outcome: Outcome; tables: Reference }> {
  const kernel = kernelOf(dice(job.seed), START, options.read);
  return underVirtualTimers(kernel, async () => {
    const { posts, judges } = options.scene ?? scene(job.posts);
    const faults = faultsOf(
      job.rates,
      kernel.dice.fork("faults"),
      { from: START, to: START + TRAFFIC_MS },
      kernel.now,
    );
    const store = options.store ?? memoryStore();
    const steady = job.posts.seed % 2 === 0;
    const changing = isChanging(job.posts.seed);
    const rulebook = {
      ...simRules(steady ? "steady" : "swinging", changing),
      routes: simRoutes(),
    };
    const changes = changesOf(changing, kernel.dice.fork("changes"), START, START + TRAFFIC_MS);
    const ether = { kernel, faults, changes, contracts: contractsIn(posts) };
    const times: StepTimes = new Map();
    const world = worldOf(ether, { store, judges: timed(judges, kernel, times), rulebook });
    const targets = await addChannels(store, job.posts.seed % 4 >= 2, iso(START));
    const { quiet, poison, pauses, edits, thrown } = await live(posts, targets, world);
    const tables = await readTables(store, posts);
    const run = {
      quiet,
      tables,
      poison,
      pauses,
      edits,
      steady,
      targets,
      ledger: world.ledger,
      torn: world.torn,
      looks: world.looks,
      changes,
      times,
      judges,
      contracts: ether.contracts,
      lost: world.queues.posts.lost(),
      workload: posts,
      rules: [rulebook.older, rulebook.newer],
      faults: new Set(FAULT_NAMES.filter((name) => faults.on(name))),
    };
    const distinct = new Set(
      world.ledger
        .filter(({ taken, edit }) => taken && !edit)
        .map(({ target, eventKey, transition }) => `${target} ${eventKey} ${transition}`),
    );
    const deletions = quiet
      ? await retentionComplaints(store, tables, iso(START + TRAFFIC_MS / 2), posts)
      : [];
    const outcome: Outcome = {
      job,
      complaints: [
        ...thrown,
        ...complaintsOf(run, changing ? undefined : options.reference),
        ...deletions,
      ],
      digest: kernel.digest(),
      minutes: Math.round((kernel.now() - START) / MINUTE),
      events: kernel.events(),
      signals: tables.events.size,
      deliveries: tables.outbox.length,
      repeats: world.ledger.filter(({ taken, edit }) => taken && !edit).length - distinct.size,
      digests: [...Map.groupBy(world.ledger, ({ request }) => request).values()].filter(
        (changes) => changes.length > 1,
      ).length,
      degraded: [...tables.events.values()].filter(({ signal }) => signal.degraded).length,
      lost: run.lost,
      faults: Object.fromEntries(faults.counts),
    };
    return { outcome, tables };
  });
}

type Lived = {
  quiet: boolean;
  poison: ReadonlySet<string>;
  pauses: readonly Pause[];
  edits: ChannelEdits | undefined;
  thrown: string[];
};

async function live(
  { streams }: Workload,
  targets: Map<number, string>,
  world: World,
): Promise<Lived> {
  const { kernel } = world;
  const until = START + TRAFFIC_MS;
  let pushing = streams.filter(({ how }) => how === "push").length;
  const poison = new Set<string>();
  for (const stream of streams.filter(({ how }) => how === "push"))
    kernel.spawn(pushes(stream, until, world).then(() => void pushing--));
  const total = streams.reduce((sum, { posts }) => sum + posts.length, 0);
  kernel.spawn(operator(world));
  kernel.spawn(collector(world));
  kernel.spawn(poisoner(until, poison, world));
  const pauses: Pause[] = [];
  kernel.spawn(pauser(until, pauses, world));
  let edits: ChannelEdits | undefined;
  const noteEdits = (done: ChannelEdits): void => {
    edits = done;
  };
  kernel.spawn(editor(targets, noteEdits, world));
  if (world.changes.channelsAt < until) kernel.spawn(replayer(until, world));
  kernel.spawn(
    ticks(
      cron(streams, START, until, world),
      () => kernel.real(() => calm(world, () => pushing === 0, total)),
      world,
    ),
  );
  const thrown: string[] = [];
  const quiet = await kernel.run(START + PATIENCE_MS).catch((error: unknown) => {
    thrown.push(
      `it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return false;
  });
  return { quiet, poison, pauses, edits, thrown };
}

/** No faults, no messages, nothing open, no object that means to look again. */
async function calm(world: World, sent: () => boolean, total: number): Promise<boolean> {
  const { kernel, faults, queues, events, store } = world;
  if (kernel.now() < faults.end || !sent() || events.armed() > 0) return false;
  if (Object.values(queues).some((queue) => queue.depth() > 0) || (await store.nextDue()) !== null)
    return false;
  const { accepted, open, outbox } = await store.audit();
  return accepted === total && open === 0 && outbox.pending + outbox.failed === 0;
}
