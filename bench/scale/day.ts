import { seeded } from "../../local/seeded.ts";
import { shardOf } from "../../src/kit/shard.ts";
import { COSTS, DAY, LIMITS } from "./limits.ts";

export type Turned = { queueShards: number; commitLanes: number; acceptLanes: number };

/** A stage of the model: what it takes a second, and what came of the day. */
export type StageDay = {
  name: string;
  /** Of the busiest shard, a second. */
  capacity: number;
  peak: number;
  /** The most that waited, and the longest wait in seconds. */
  waiting: number;
  waitSeconds: number;
  /** What still waits at midnight. */
  left: number;
};

/** Posts a second over the day: a wave with its top in the afternoon, and one burst. */
export function rateAt(second: number): number {
  const wave = 1 + (DAY.peak - 1) * Math.sin(((second / 3_600 - 9) / 24) * 2 * Math.PI);
  const { factor, seconds, atHour } = DAY.burst;
  const since = second - atHour * 3_600;
  return (DAY.posts / 86_400) * wave * (since >= 0 && since < seconds ? factor : 1);
}

/** The share of the mentions that each token gets. */
const SHARES: readonly number[] = (() => {
  const weights = Array.from({ length: DAY.tokens }, (_, n) => (n + 1) ** -DAY.zipf);
  const sum = weights.reduce((total, weight) => total + weight);
  return weights.map((weight) => weight / sum);
})();

/** The keys of their events, as hashes see them. */
const KEYS: readonly string[] = (() => {
  const random = seeded(21);
  const address = () => Math.floor(random() * 2 ** 48).toString(16);
  return SHARES.map(() => `eth:0x${address()}:2026-01-15T15:00:00Z`);
})();

/** What the busiest of so many shards gets, of what each token brings. */
function busiest(shards: number, ofToken: (share: number) => number): number {
  const held = new Array<number>(shards).fill(0);
  SHARES.forEach((share, n) => {
    const shard = shardOf(KEYS[n] ?? "", shards);
    held[shard] = (held[shard] ?? 0) + ofToken(share);
  });
  return Math.max(...held);
}

/** Calculates once for rates that differ by less than a hundredth. */
function stepped(calculate: (rate: number) => number): (rate: number) => number {
  const known = new Map<number, number>();
  return (rate) => {
    const step = Math.round(Math.log(rate) * 100);
    const found = known.get(step) ?? calculate(Math.exp(step / 100));
    known.set(step, found);
    return found;
  };
}

/** Each second of the day through one stage: what it cannot take waits. */
function stageDay(name: string, capacity: number, load: (second: number) => number): StageDay {
  const day: StageDay = { name, capacity, peak: 0, waiting: 0, waitSeconds: 0, left: 0 };
  for (let second = 0; second < 86_400; second++) {
    const arrives = load(second);
    day.peak = Math.max(day.peak, arrives);
    day.left = Math.max(0, day.left + arrives - capacity);
    day.waiting = Math.max(day.waiting, day.left);
  }
  day.waitSeconds = day.waiting / capacity;
  return day;
}

/** The day through every stage that is one of something, or a few. */
export function modelDay(turned: Turned, evidence: number = DAY.evidence): StageDay[] {
  const { queueShards, commitLanes, acceptLanes } = turned;
  const mentions = (second: number) => rateAt(second) * evidence * DAY.tokensAPost;
  const shardShare = busiest(queueShards, (share) => share);
  // An event has one commit under way, and what comes meanwhile goes with the next.
  const commitsAnEvent = 1_000 / (LIMITS.neonRoundTripMs + 25);
  const commits = stepped((rate) =>
    busiest(commitLanes, (share) => Math.min(share * rate, commitsAnEvent)),
  );
  const laneCapacity = (1_000 / LIMITS.neonRoundTripMs) * DAY.committedTogether;
  const accepting = (acceptLanes * 1_000 * DAY.acceptedTogether) / DAY.acceptMs;
  const cpu = (second: number) =>
    (rateAt(second) *
      (evidence * COSTS.evidence.postgresMs + (1 - evidence) * COSTS.dropped.postgresMs)) /
    1_000;
  return [
    stageDay("acceptance, posts", accepting, rateAt),
    stageDay(
      "queue of mentions, busiest shard",
      LIMITS.queueMessages,
      (second) => mentions(second) * shardShare,
    ),
    stageDay(
      "object of the busiest event, calls",
      LIMITS.objectWrites,
      // A batch of the queue brings all mentions of one event in one call.
      (second) =>
        Math.min(mentions(second) * (SHARES[0] ?? 0), mentions(second) / LIMITS.batch + 1),
    ),
    stageDay("lane of commits, calls", LIMITS.objectRequests, (second) =>
      commits(mentions(second)),
    ),
    stageDay("lane of commits, events", laneCapacity, (second) => commits(mentions(second))),
    stageDay("PostgreSQL, cores", LIMITS.neonCores, cpu),
  ];
}
