import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg } from "node:os";
import * as z from "zod";
import { table } from "../cli/table.ts";
import type { FactValues } from "../src/model/facts.ts";
import { sentiment } from "../src/text/sentiment/sentiment.ts";
import { median } from "./median.ts";
import { book, someFacts } from "./rules/book.ts";
import { ENGINES } from "./rules/engines.ts";
import { streamWays } from "./stream.ts";

const KEPT = new URL("./kept.json", import.meta.url);
const POSTS = new URL("../models/data/event-types.jsonl", import.meta.url);
/**
 * A ratio that lost so much against the last that was kept fails. Another processor and what else
 * runs on it may move a ratio by a third: what fails has lost an index or a cache.
 */
const LOSS = 0.65;
const ROUNDS = 15;
const ROUND_MS = 20;
const WARM_MS = 600;
/** A ratio that is too low is measured again: only one that stays low fails. */
const TRIES = 3;

const Kept = z.object({
  date: z.string(),
  machine: z.string(),
  ratios: z.record(z.string(), z.number()),
});

type Work = () => unknown;
type Contest = { name: string; ours: Work; peer: Work };

const cpuMs = (work: Work, times: number): number => {
  const began = process.cpuUsage();
  for (let n = 0; n < times; n++) work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
};

/** How often a piece of work fits into a round, once its tables are read and it is compiled. */
function repeatsOf(work: Work): number {
  for (let spent = 0; spent < WARM_MS; ) spent += cpuMs(work, 20);
  let times = 20;
  for (;;) {
    const ms = cpuMs(work, times);
    if (ms >= ROUND_MS) return times;
    times = Math.ceil(times * Math.min(10, (1.2 * ROUND_MS) / Math.max(ms, 1)));
  }
}

/** How many times as long the peer takes: the median of rounds in which both take turns. */
function ratioOf({ ours, peer }: Contest): number {
  const times = { ours: repeatsOf(ours), peer: repeatsOf(peer) };
  const ratios = Array.from({ length: ROUNDS }, () => {
    const own = cpuMs(ours, times.ours) / times.ours;
    return cpuMs(peer, times.peer) / times.peer / own;
  });
  return median(ratios);
}

/** Calls the work with one of the inputs after the other. */
function over<T>(inputs: readonly T[], work: (input: T) => unknown): Work {
  let at = 0;
  return () => work(inputs[at++ % inputs.length] as T);
}

function contests(): Contest[] {
  const rules = book(25, 7);
  const facts = someFacts(1_000, 11) as FactValues[];
  const engine = (wanted: string): Work => {
    const found = Object.entries(ENGINES).find(([name]) => name.startsWith(wanted));
    if (found === undefined) throw new Error(`no engine ${wanted}`);
    return over(facts, found[1](rules).run);
  };
  const texts = readFileSync(POSTS, "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { text: string }).text);
  const { SentimentIntensityAnalyzer: vader } = createRequire(import.meta.url)("vader-sentiment");
  const { messages, indexed, asked } = streamWays();
  return [
    {
      name: "rules: a set of facts, beside filtrex",
      ours: engine("ours"),
      peer: engine("filtrex"),
    },
    {
      name: "text: the mood of a post, beside vader-sentiment",
      ours: over(texts, sentiment),
      peer: over(texts, (text) => vader.polarity_scores(text)),
    },
    {
      name: "stream: the readers of a message, beside asking 10,000",
      ours: over(messages, indexed),
      peer: over(messages, asked),
    },
  ];
}

/**
 * The short form, for each change: ratios against peers in the same process, on the processor's
 * clock, beside those of bench/kept.json. Throws when one of them lost LOSS. `BENCH_KEEP=1` keeps
 * them.
 */
export async function bench(): Promise<void> {
  const kept = existsSync(KEPT) ? Kept.parse(JSON.parse(readFileSync(KEPT, "utf8"))) : undefined;
  const ratios: Record<string, number> = {};
  for (const contest of contests()) {
    const least = (kept?.ratios[contest.name] ?? 0) * (1 - LOSS);
    let best = ratioOf(contest);
    for (let tried = 1; best < least && tried < TRIES; tried++)
      best = Math.max(best, ratioOf(contest));
    ratios[contest.name] = Number(best.toFixed(2));
  }
  const now = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores`,
    ratios,
  };
  console.log(`\nshort, ${now.date}, ${now.machine}, load ${loadavg()[0]?.toFixed(1)}\n`);
  const rows = Object.entries(ratios).map(([name, ratio]) => ({
    "times ours": ratio.toFixed(1),
    kept: kept?.ratios[name]?.toFixed(1) ?? "-",
    name,
  }));
  for (const line of table(rows)) console.log(line);
  if (process.env.BENCH_KEEP === "1") {
    writeFileSync(KEPT, `${JSON.stringify(now, null, 2)}\n`);
    return;
  }
  const lost = Object.entries(ratios).filter(
    ([name, ratio]) => ratio < (kept?.ratios[name] ?? 0) * (1 - LOSS),
  );
  if (lost.length > 0)
    throw new Error(
      `${lost.map(([name]) => name).join("; ")}: lost ${100 * LOSS} % against bench/kept.json of ` +
        `${kept?.date}`,
    );
}
