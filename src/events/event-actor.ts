import { coalesce } from "../concurrency/coalesce.ts";
import { traceIdOf } from "../kit/trace-context.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { ProviderFacts } from "../model/facts.ts";
import type { Mention, TokenRef } from "../model/mention.ts";
import type { Signal } from "../model/signal.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import { type Decision, type DecisionInput, decide, type KnownEvent } from "../pipeline.ts";
import type { Routes } from "../routing/routes.ts";
import type { Ruleset } from "../rules/score.ts";
import type { Change, CommitTimings, EventStore } from "../store/events.ts";
import type { DueDelivery } from "../store/outbox.ts";
import { eventLedger, type LedgerStorage } from "./event-ledger.ts";
import { factMemory, isIncomplete } from "./fact-memory.ts";
import { tallyOf } from "./gather.ts";
import { tokenOf } from "./summarise.ts";

/** A stale commit means that another instance wrote in between; twice in a row is already rare. */
const STALE_TRIES = 5;
/**
 * When to ask again for facts that were missing, stale or partial. After the last, only a new
 * mention asks.
 */
const RE_ENRICH_SECONDS = [15, 60, 300, 900];
const FAILED_RE_ENRICH_SECONDS = 120;
/** Until the rows of a large event are built further. */
const UNFINISHED_SECONDS = 1;
/**
 * The longest window is a day, and hardly a post comes a day after it. One that does finds the
 * event in the database, and what is remembered then goes after an hour.
 */
const CLEAR_AFTER_START_MS = 48 * 3_600_000;
const CLEAR_LATE_MS = 3_600_000;

export type EventPorts = RuntimePorts & {
  store: Pick<EventStore, "load" | "evidence" | "commit">;
  /** `trace`: the traceparent of the post that set it off; outside calls pass it along. */
  enrich(token: TokenRef, trace?: string): Promise<ProviderFacts[]>;
  /** The rules that score this event: a canary takes its share of the keys. */
  rules(eventKey: string): Promise<Ruleset>;
  /** Whether channels of the kind get every revision of an event. */
  isStream(kind: string): boolean;
  /** See LedgerPorts. */
  pause(): Promise<void>;
  /** As they were at `since` (ms) or later; without it they may be older. */
  channels(since?: number): Promise<ChannelConfig[]>;
  /** The routes in force, asked for when the state changes; null without any. */
  routes(): Promise<Routes | null>;
  /**
   * After a commit: enqueue what is due, wake the sweeper for the rest, tell the live stream. Never
   * throws: the sweeper finds what this missed.
   */
  afterCommit(change: Change, due: Omit<DueDelivery, "eventKey">[]): Promise<void>;
};

/**
 * What an actor remembers across eviction: the little that the database does not know, and the rows
 * of a large event.
 */
export type ActorMemory = {
  eventKey: string | undefined;
  /** How many times it has looked again since the last mention. */
  looked: number;
  /** Whether the alarm is to ask for late facts again. */
  awaitsFacts: boolean;
  /** When all this may go, in milliseconds; undefined before the first mention. */
  clearAt: number | undefined;
  /** Of the post whose facts are late: what follows from them belongs to its trace. */
  trace?: string | undefined;
  rows: LedgerStorage;
  /** At most one alarm is set: a new one takes the place of the one before. */
  setAlarm(at: number): Promise<void>;
  /** Deletes everything that is remembered, and the alarm. */
  clear(): Promise<void>;
  /** See LedgerPorts. */
  smallEvent?: number;
  stepsACall?: number;
};

/**
 * `add` resolves once the mentions are evidence in the database; it may be repeated. `onAlarm`
 * scores anew, with facts that came late, and deletes what is remembered once the window has ended;
 * it never throws but looks again later, because the platform drops an alarm that failed six times
 * and an outage outlasts that.
 */
export type EventActor = {
  add(mentions: Mention[]): Promise<void>;
  onAlarm(): Promise<void>;
};

/**
 * The only writer of one event_key. Calls that arrive while a commit is in flight are merged into
 * the next one. What it holds is a copy of the database, dropped on any doubt and read again: it
 * may be evicted at any await.
 */
export function eventActor(ports: EventPorts, memory: ActorMemory): EventActor {
  let known: KnownEvent | undefined;
  const facts = factMemory(ports.enrich, ports.now);
  const ledger = eventLedger({
    store: ports.store,
    storage: memory.rows,
    pause: ports.pause,
    ...(memory.smallEvent !== undefined && { smallEvent: memory.smallEvent }),
    ...(memory.stepsACall !== undefined && { stepsACall: memory.stepsACall }),
  });

  /**
   * An object that remembers no event is most likely the first to see it: it reads nothing, and
   * learns from a stale commit when the event is there already.
   */
  async function recall([mention]: Mention[]): Promise<KnownEvent | "unfinished"> {
    if (memory.eventKey !== undefined) return ledger.recall(memory.eventKey);
    memory.eventKey = mention?.eventKey;
    return ledger.begin();
  }

  /** Answers false when the event changed under us. */
  async function tryCommit(mentions: Mention[]): Promise<boolean> {
    const before = known ?? (await recall(mentions));
    known = undefined;
    if (before === "unfinished") {
      await memory.setAlarm(ports.now() + UNFINISHED_SECONDS * 1000);
      throw new Error("the event is being counted again; what came for it comes again");
    }
    if (mentions.length === 0 && tallyOf(before.gathered) === undefined) {
      await memory.clear();
      return true;
    }
    const trace = mentions.find((mention) => mention.trace)?.trace ?? memory.trace;
    const key = tallyOf(before.gathered)?.eventKey ?? mentions[0]?.eventKey ?? "";
    const token = tokenOf(before.gathered, mentions);
    const askedAt = ports.now();
    const [{ answers, enrichMs }, rules, channels] = await Promise.all([
      (mentions.length === 0 ? facts.askAnew(token, trace) : facts.facts(token, trace)).then(
        (answers) => ({ answers, enrichMs: ports.now() - askedAt }),
      ),
      ports.rules(key),
      ports.channels(),
    ]);
    if (!ledger.holds(before)) return false;
    const decideAt = ports.now();
    const { change, after, errors } = await decideForChannels(before, {
      mentions,
      answers,
      rules,
      channels,
      now: decideAt,
      trace,
      isStream: ports.isStream,
    });
    const commitAt = ports.now();
    if (!ledger.holds(before)) return false;
    if (mentions.length === 0 && saysTheSame(before, change)) {
      known = before;
      await scheduleAlarm(answers, change.event.windowStart, { anew: false, trace });
      return true;
    }
    const timings = timingsOf(answers, {
      ...{ enrichMs, rulesMs: commitAt - decideAt, posts: change.evidence.length },
    });
    const result = await ports.store.commit({ ...change, timings });
    if (result.kind === "stale") return false;
    const { eventKey, state } = change.signal;
    const { observe } = ports.telemetry;
    observe("pipeline_latency_ms", { stage: "rules" }, commitAt - decideAt);
    observe("pipeline_latency_ms", { stage: "store" }, ports.now() - commitAt);
    ports.log({
      stage: "event",
      eventKey,
      passed: true,
      latencyMs: ports.now() - decideAt,
      count: change.evidence.length,
      outcome: state,
      ...(trace && { traceId: traceIdOf(trace) }),
    });
    known = ledger.keep(before, after, result.rev);
    for (const { rule } of errors) ports.telemetry.count("rule_errors_total", { rule });
    await scheduleAlarm(answers, change.event.windowStart, { anew: mentions.length > 0, trace });
    await ports.afterCommit(change, result.due);
    return true;
  }

  /**
   * A transition is planned for the channels as they are now: one that was added a moment ago must
   * not miss it. The other commits notify nobody, and cost no query.
   */
  async function decideForChannels(before: KnownEvent, input: DecisionInput): Promise<Decision> {
    const decision = decide(before, input);
    if (!decision.announces) return decision;
    const [channels, routes] = await Promise.all([ports.channels(ports.now()), ports.routes()]);
    return decide(before, { ...input, channels, routes });
  }

  /**
   * New mentions start the series anew; a degraded answer to an alarm moves it on. Where no facts
   * are awaited, the alarm is for the end of the window.
   */
  async function scheduleAlarm(
    answers: ProviderFacts[],
    windowStart: string,
    { anew, trace }: { anew: boolean; trace: string | undefined },
  ): Promise<void> {
    const late = isIncomplete(answers);
    const step = anew ? 0 : memory.looked + 1;
    const seconds = RE_ENRICH_SECONDS[step];
    const isFirst = memory.clearAt === undefined;
    memory.clearAt ??= Math.max(
      Date.parse(windowStart) + CLEAR_AFTER_START_MS,
      ports.now() + CLEAR_LATE_MS,
    );
    if (!late || seconds === undefined) {
      memory.awaitsFacts = false;
      if (isFirst || !anew) await memory.setAlarm(memory.clearAt);
      return;
    }
    memory.looked = step;
    memory.awaitsFacts = true;
    if (trace !== memory.trace) memory.trace = trace;
    await memory.setAlarm(ports.now() + seconds * 1000);
  }

  const record = coalesce(async (mentions: Mention[]) => {
    for (let attempt = 1; attempt <= STALE_TRIES; attempt++) if (await tryCommit(mentions)) return;
    throw new Error("the event kept changing under its actor");
  });

  return {
    add: record,
    async onAlarm() {
      const { awaitsFacts, clearAt } = memory;
      try {
        if (awaitsFacts || clearAt === undefined || ledger.isUnfinished()) await record([]);
        else if (ports.now() < clearAt) await memory.setAlarm(clearAt);
        else {
          known = undefined;
          await memory.clear();
        }
      } catch (error) {
        ports.log({
          stage: "event",
          level: "warn",
          eventKey: memory.eventKey ?? null,
          outcome: "retry",
          reason: String(error),
        });
        const seconds = ledger.isUnfinished() ? UNFINISHED_SECONDS : FAILED_RE_ENRICH_SECONDS;
        await memory.setAlarm(ports.now() + seconds * 1000);
      }
    },
  };
}

/** What a commit keeps of the time that it took: of each provider that was asked, its own. */
function timingsOf(
  answers: readonly ProviderFacts[],
  took: Omit<CommitTimings, "enrich">,
): CommitTimings {
  const asked = answers.flatMap(({ provider, ms, status }) =>
    ms === undefined ? [] : [[provider, [ms, status]] satisfies [string, [number, string]]],
  );
  return { ...took, enrich: Object.fromEntries(asked) };
}

/**
 * Whether a second look at the facts found nothing that the signal does not say already: the time
 * of the look alone is worth no commit.
 */
function saysTheSame({ signal }: KnownEvent, { signal: anew }: Change): boolean {
  const told = (each: Signal) => {
    const { ts: _, previousState: __, facts, ...rest } = each;
    const { values, degraded, notes } = facts;
    // The database keeps no order of fields.
    return JSON.stringify([rest, values, degraded, notes], (_, value) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  };
  return signal !== null && told(signal) === told(anew);
}
