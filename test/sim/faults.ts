import type { Dice } from "./random.ts";

/** Before: the call never arrives. After: it took effect, and its answer is what suffers. */
export type Moment = "before" | "after";
/**
 * crash: the caller dies there · refuse: the call fails and says so · lose: it took effect and
 * looks like a failure · delay: its answer takes minutes.
 */
export type Blow = "crash" | "refuse" | "lose" | "delay";

type Fault = { says: string } & (
  | { kind: "strike"; at: RegExp; moments: readonly Moment[]; blow: Blow }
  /**
   * What `at` matches refuses everything for so many minutes on end; the rate is the share of the
   * time spent so.
   */
  | { kind: "outage"; at: RegExp; minutes: number }
  /** Acted out by the fake that it belongs to, which asks for it by name. */
  | { kind: "played" }
);

const crash = (at: RegExp, says: string, moments: Moment[]): Fault => ({
  kind: "strike",
  at,
  moments,
  blow: "crash",
  says,
});
const refuse = (at: RegExp, says: string): Fault => ({
  kind: "strike",
  at,
  moments: ["before"],
  blow: "refuse",
  says,
});
const lose = (at: RegExp, says: string): Fault => ({
  kind: "strike",
  at,
  moments: ["after"],
  blow: "lose",
  says,
});
const delay = (at: RegExp, says: string): Fault => ({
  kind: "strike",
  at,
  moments: ["after"],
  blow: "delay",
  says,
});
const outage = (at: RegExp, minutes: number, says: string): Fault => ({
  kind: "outage",
  at,
  minutes,
  says,
});
const played = (says: string): Fault => ({ kind: "played", says });

/**
 * Every fault there is. A strike happens where `at` matches `caller>callee.method`, e.g.
 * `posts>store.judge` or `event>store.commit`. To add one, add a line here; the fault is then in
 * the matrix of seeds, in the replay command and in docs/reliability.md's table.
 */
export const FAULTS = {
  "queue-duplicate": played("a queue delivers a message twice"),
  "queue-reorder": played("a queue holds a message back for up to ten minutes"),
  "queue-lost": played("a queue forgets a message, as the local one does on restart"),
  "ack-lost": played("a message comes again although it was acked"),
  "crash-before-claim": crash(/>redis\.claim/, "a consumer dies before its dedup claim", [
    "before",
  ]),
  "crash-after-claim": crash(/>redis\.claim/, "a consumer dies holding its dedup claim", ["after"]),
  "crash-in-transaction": crash(/>store\./, "a caller dies and its transaction rolls back", [
    "before",
  ]),
  "crash-after-commit": crash(/>store\./, "a caller dies after its transaction was committed", [
    "after",
  ]),
  "commit-reply-lost": lose(/>store\./, "a transaction commits and its answer is lost"),
  "crash-before-enqueue": crash(/>queue\./, "a sender dies before a queue has its messages", [
    "before",
  ]),
  "crash-after-enqueue": crash(/>queue\./, "a sender dies after a queue has its messages", [
    "after",
  ]),
  "enqueue-refused": refuse(/>queue\./, "a queue answers 429 to a send"),
  "mentions-refused": refuse(/>queue\.mentions/, "the queue of mentions answers 429"),
  "crash-before-send": crash(/>target\./, "a channel's object dies before its message goes out", [
    "before",
  ]),
  "crash-after-send": crash(/>target\./, "a channel's object dies after its message went out", [
    "after",
  ]),
  "accept-then-timeout": played("a channel's target takes a message and never answers"),
  "redis-down": outage(/>redis\./, 5, "Redis is down for five minutes"),
  "redis-reply-lost": lose(/>redis\./, "Redis acts and its answer is lost"),
  "postgres-down-1": outage(/>store\./, 1, "Postgres is down for one minute"),
  "postgres-down-10": outage(/>store\./, 10, "Postgres is down for ten minutes"),
  "postgres-down-120": outage(/>store\./, 120, "Postgres is down for two hours"),
  deadlock: refuse(/>store\./, "a transaction is rolled back: deadlock or serialisation failure"),
  "claim-late": delay(/>store\.claim/, "the answer to a claim comes when its lease has run out"),
  "provider-5xx": played("a provider of facts answers 503"),
  "provider-slow": played("a provider of facts answers after its deadline"),
  "provider-garbage": played("a provider of facts answers with what is no JSON"),
  "channel-429": played("a channel's target answers 429 with Retry-After"),
  "channel-5xx": played("a channel's target answers 502"),
  "channel-4xx": played("a channel's target refuses: 400, 401 or 410"),
  "object-evicted": crash(
    /^(event|channel|sweeper)>/,
    "a Durable Object is evicted in the middle of a call",
    ["before", "after"],
  ),
  "object-unreachable": refuse(/>channel\.deliver/, "a channel's object cannot be called"),
  "object-doubled": played("two instances of a Durable Object live at once"),
  "rows-lost": played("the rows of an event's object are gone, as when their layout changed"),
  "alarm-twice": played("an alarm fires again after it succeeded"),
  "alarm-silent": played("an alarm is dropped, as after six failures"),
  "cron-missed": played("a cron tick does not come"),
  "cron-overlapping": played("a cron tick comes twice at once"),
  "stale-rules": played("a place still scores by the rules of before"),
  "old-version": played("a message was written by older code, without the fields added since"),
  "newer-version": played("a message was written by newer code, which comes here only later"),
  poison: played("a queue holds a message that fits no schema"),
  "clock-skew": played("a machine's clock is up to five minutes off"),
  "slow-code": played("code computes for up to five seconds between two looks at the clock"),
  crash: crash(/./, "anything dies at any await", ["before", "after"]),
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];
export type Rates = Partial<Record<FaultName, number>>;

export type Faults = {
  /** Whether a played fault happens now. */
  hits(name: FaultName): boolean;
  /** Whether the fault is in this run at all, for what is arranged ahead. */
  on(name: FaultName): boolean;
  strikes(path: string, moment: Moment): { name: FaultName; blow: Blow } | undefined;
  /** Whether what is called lies in an outage. */
  down(path: string): boolean;
  /** When the last fault can have happened: from here on all is well. */
  end: number;
  /** How often each fault happened. */
  counts: Map<FaultName, number>;
};

type Window = { from: number; to: number };
type Strike = { name: FaultName; rate: number; blow: Blow };

/** Faults between `from` and `to`; an outage that begins in this time runs its length. */
export function faults(rates: Rates, rolls: Dice, span: Window, now: () => number): Faults {
  const on = FAULT_NAMES.filter((name) => (rates[name] ?? 0) > 0);
  const outages = on.flatMap((name) => {
    const fault: Fault = FAULTS[name];
    return fault.kind === "outage"
      ? [
          {
            name,
            at: fault.at,
            windows: windows(rates[name] ?? 0, fault.minutes * 60_000, span, rolls),
          },
        ]
      : [];
  });
  const end = Math.max(span.to, ...outages.flatMap(({ windows }) => windows.map(({ to }) => to)));
  const counts = new Map<FaultName, number>();
  const matching = new Map<string, { before: Strike[]; after: Strike[]; outages: Window[] }>();

  const count = (name: FaultName): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const over = (): boolean => now() >= end;

  function at(path: string): { before: Strike[]; after: Strike[]; outages: Window[] } {
    const known = matching.get(path);
    if (known) return known;
    const strikes = (moment: Moment): Strike[] =>
      on.flatMap((name) => {
        const fault: Fault = FAULTS[name];
        const here =
          fault.kind === "strike" && fault.moments.includes(moment) && fault.at.test(path);
        return here ? [{ name, rate: rates[name] ?? 0, blow: fault.blow }] : [];
      });
    const found = {
      before: strikes("before"),
      after: strikes("after"),
      outages: outages.filter((outage) => outage.at.test(path)).flatMap((outage) => outage.windows),
    };
    matching.set(path, found);
    return found;
  }

  return {
    hits(name) {
      const hit = !over() && rolls.chance(rates[name] ?? 0);
      if (hit) count(name);
      return hit;
    },
    on: (name) => (rates[name] ?? 0) > 0,
    strikes(path, moment) {
      if (over()) return undefined;
      const struck = at(path)[moment].find((strike) => rolls.chance(strike.rate));
      if (struck) count(struck.name);
      return struck;
    },
    down: (path) => at(path).outages.some(({ from, to }) => now() >= from && now() < to),
    end,
    counts,
  };
}

/** At least one outage, and so many that they take about `rate` of the span. */
function windows(rate: number, lengthMs: number, span: Window, rolls: Dice): Window[] {
  const count = Math.max(1, Math.round((rate * (span.to - span.from)) / lengthMs));
  return Array.from({ length: count }, () => {
    const from = rolls.int(span.from, span.to);
    return { from, to: from + lengthMs };
  });
}
