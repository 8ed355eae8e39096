import { FAULT_NAMES, type FaultName, type Rates } from "./faults.ts";
import { REGRESSIONS } from "./regressions.ts";
import type { Job } from "./run.ts";
import { CROWD } from "./workload.ts";

const RATES = [0.01, 0.05, 0.25];
const SEEDS = 200;
/**
 * Few sets of posts for many seeds: each is judged, and run without faults, once a thread. In the
 * last two things change while posts come.
 */
const SCENES = [0, 1, 2, 3, 4, 7];

/**
 * Where anything may go wrong at any await, a post takes ten times the work and more: such
 * histories have fewer posts, and more that goes wrong with each.
 */
const shareOf = ({ crash }: Rates): number =>
  crash === undefined ? 1 : crash < 0.05 ? 0.05 : crash < 0.25 ? 0.02 : 0.01;

const together = (rate: number): Rates =>
  Object.fromEntries(FAULT_NAMES.map((name) => [name, rate]));

/**
 * Every fault alone at each rate, then all together at each rate until there are 200 seeds, then
 * the seeds that failed once.
 */
export function matrix(postsInAll: number): Job[] {
  const alone = FAULT_NAMES.flatMap((name) => RATES.map((rate): Rates => ({ [name]: rate })));
  const rest = Array.from({ length: SEEDS - alone.length }, (_, i) =>
    together(RATES[i % RATES.length] ?? 0),
  );
  const all = [...alone, ...rest];
  const share = postsInAll / all.reduce((sum, rates) => sum + shareOf(rates), 0);
  const jobs = all.map((rates, i): Job => {
    // Each rate meets each set of posts: one further every time that all had their turn.
    const scene = SCENES[(i + Math.floor(i / SCENES.length)) % SCENES.length] ?? 0;
    return {
      seed: i + 1,
      posts: { seed: scene, count: Math.ceil(share * shareOf(rates)) },
      rates,
    };
  });
  return [...jobs, crowd(postsInAll), ...REGRESSIONS.map((command) => jobOf(command))];
}

/** An event of ten thousand posts, of a million in all. */
const crowd = (postsInAll: number): Job => ({
  seed: SEEDS + 1,
  posts: { seed: CROWD, count: Math.ceil(postsInAll / 95) },
  rates: { "rows-lost": 0.0005, "commit-reply-lost": 0.01, "object-evicted": 0.001 },
});

/** "crash=0.05,ack-lost=0.01"; "all=0.05" for all of them. */
export function ratesOf(text: string): Rates {
  return Object.assign(
    {},
    ...text
      .split(",")
      .filter(Boolean)
      .map((each): Rates => {
        const [name, rate] = each.split("=");
        if (name === "all") return together(Number(rate));
        const known = FAULT_NAMES.find((fault) => fault === name);
        if (!known) throw new Error(`no fault ${name}; there are ${FAULT_NAMES.join(" ")}`);
        return { [known]: Number(rate) };
      }),
  );
}

const ratesText = (rates: Rates): string => {
  const entries = Object.entries(rates) as [FaultName, number][];
  const [first] = entries;
  const all =
    entries.length === FAULT_NAMES.length && entries.every(([, rate]) => rate === first?.[1]);
  return all ? `all=${first?.[1]}` : entries.map(([name, rate]) => `${name}=${rate}`).join(",");
};

/** The one command that replays a job. */
export const replayOf = ({ seed, posts, rates }: Job): string =>
  `node scripts/bootstrap.mjs test/sim/replay.ts --seed ${seed} --posts ${posts.count} ` +
  `--posts-seed ${posts.seed} --faults ${ratesText(rates)}`;

export function jobOf(command: string): Job {
  const value = (option: string): string =>
    new RegExp(`--${option} (\\S+)`).exec(command)?.[1] ?? "";
  return {
    seed: Number(value("seed")),
    posts: { seed: Number(value("posts-seed")), count: Number(value("posts")) },
    rates: ratesOf(value("faults")),
  };
}
