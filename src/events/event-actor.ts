import { coalesceOpen } from "../concurrency/coalesce.ts";
import { shardOf } from "../kit/shard.ts";
import { traceIdOf } from "../kit/trace-context.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { ProviderFacts } from "../model/facts.ts";
import type { Mention, TokenRef } from "../model/mention.ts";
import type { OpinionQuestion } from "../model/opinion-question.ts";
import { DEFAULT_TENANT } from "../model/tenant.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import { type Decision, type DecisionInput, decide, type KnownEvent } from "../pipeline.ts";
import type { Routes } from "../routing/routes.ts";
import { routesOfTenants } from "../routing/tenant-routes.ts";
import type { Ruleset } from "../rules/score.ts";
import type { Change, EventStore } from "../store/events.ts";
import type { DueDelivery } from "../store/outbox.ts";
import { writeCommit } from "./commit-spans.ts";
import { eventLedger, type LedgerStorage } from "./event-ledger.ts";
import { factMemory, isIncomplete } from "./fact-memory.ts";
import { tallyOf } from "./gather.ts";
import { type HeldMemory, type HeldPorts, heldMentions } from "./held-mentions.ts";
import { saysTheSame, timingsOf } from "./made-change.ts";
import { questionAbout } from "./question-about.ts";
import { isSameToken, tokenOf } from "./summarise.ts";

/** A stale commit means that another instance wrote in between; twice in a row is already rare. */
const STALE_TRIES = 5;
/** Of a hot event: more would make one statement of megabytes. */
const MOST_A_COMMIT = 200;
/**
 * When to ask again for facts that were missing, stale or partial. After the last, only a new
 * mention asks.
 */
const RE_ENRICH_SECONDS = [15, 60, 300, 900];
const FAILED_RE_ENRICH_SECONDS = 120;
const SPREAD_OVER = 1_000;
/** Until the rows of a large event are built further. */
const UNFINISHED_SECONDS = 1;
/**
 * The longest window is a day, and hardly a post comes a day after it. One that does finds the
 * event in the database, and what is remembered then goes after an hour.
 */
const CLEAR_AFTER_START_MS = 48 * 3_600_000;
const CLEAR_LATE_MS = 3_600_000;

export type EventPorts = RuntimePorts &
  HeldPorts & {
    store: Pick<EventStore, "load" | "evidence" | "commit">;
    /** `trace`: the traceparent of the post that set it off; outside calls pass it along. */
    enrich(token: TokenRef, trace?: string): Promise<ProviderFacts[]>;
    /**
     * A model's opinion on a post, where the deployment has one. `patient`: it is worth a wait.
     * Never throws.
     */
    opinion?(
      question: OpinionQuestion,
      about: { patient: boolean; trace: string | undefined },
    ): Promise<ProviderFacts>;
    /** The rules that score this event: a canary takes its share of the keys. */
    rules(eventKey: string): Promise<Ruleset>;
    /** Whether channels of the kind get every revision of an event. */
    isStream(kind: string): boolean;
    /** See LedgerPorts. */
    pause(): Promise<void>;
    /** As they were at `since` (ms) or later; without it they may be older. */
    channels(since?: number): Promise<ChannelConfig[]>;
    /** A tenant's routes in force, asked for when the state changes; null without any. */
    routes(tenant: string): Promise<Routes | null>;
    /**
     * Before a commit with deliveries: has the sweeper look for them, also if the commit's answer
     * is lost. Never throws.
     */
    expectDeliveries(change: Change): Promise<void>;
    /**
     * After a commit: enqueue what is due, tell the live stream. Never throws: the sweeper finds
     * what this missed.
     */
    afterCommit(change: Change, due: Omit<DueDelivery, "eventKey">[]): Promise<void>;
  };

/**
 * What an actor remembers across eviction: the little that the database does not know, and the rows
 * of a large event.
 */
export type ActorMemory = HeldMemory & {
  eventKey: string | undefined;
  /** How many times it has looked again since the last mention. */
  looked: number;
  /** Whether the alarm is to ask for late facts again. */
  awaitsFacts: boolean;
  /** When all this may go, in milliseconds; undefined before the first mention. */
  clearAt: number | undefined;
  /** Of the post whose facts are late: what follows from them belongs to its trace. */
  trace?: string | undefined;
  /** What a model was asked and has not answered yet. */
  question?: OpinionQuestion | undefined;
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
 * `add` resolves once the mentions are evidence in the database; it may be repeated. With `mayHold`
 * it resolves earlier when their event waits for facts and they are held. `onAlarm`
 * scores anew, with facts that came late, and deletes what is remembered once the window has ended;
 * it never throws but looks again later, because the platform drops an alarm that failed six times
 * and an outage outlasts that.
 */
export type EventActor = {
  add(mentions: Mention[], mayHold?: boolean): Promise<void>;
  onAlarm(): Promise<void>;
};

/**
 * The only writer of one event_key. Calls that arrive while a commit is in flight are merged into
 * the next one. What it holds is a copy of the database, dropped on any doubt and read again: it
 * may be evicted at any await.
 */
export function eventActor(ports: EventPorts, memory: ActorMemory): EventActor {
  let known: KnownEvent | undefined;
  let waitsForFacts = false;
  /** When the last mentions came, or the alarm. */
  let cameAt = 0;
  const held = heldMentions(memory, ports);
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

  /** What is held, or is on its way back to the queue, is in the storage alone. */
  async function clearUnlessHeld(): Promise<void> {
    if (held.all().length > 0) return memory.setAlarm(held.alarmFor(Number.POSITIVE_INFINITY));
    known = undefined;
    await memory.clear();
  }

  /**
   * Waits for the facts of the event. Mentions that come meanwhile may make its token better known:
   * then it asks for that one, once.
   */
  async function factsFor({ gathered }: KnownEvent, mentions: Mention[]): Promise<ProviderFacts[]> {
    const trace = traceOf(mentions);
    const token = tokenOf(gathered, mentions);
    if (mentions.length === 0) return facts.askAnew(token, trace);
    waitsForFacts = true;
    try {
      const answers = await facts.facts(token, trace);
      const better = tokenOf(gathered, mentions);
      return isSameToken(token, better) ? answers : await facts.facts(better, trace);
    } finally {
      waitsForFacts = false;
    }
  }

  const traceOf = (mentions: readonly Mention[]): string | undefined =>
    mentions.find(({ trace }) => trace)?.trace ?? memory.trace;

  /**
   * Answers false when the event changed under us. While it waits for facts it takes in the
   * mentions that come; those that it has committed are gone from `coming`.
   */
  async function tryCommit(coming: Mention[], close: () => void): Promise<boolean> {
    if (coming.length === 0) close();
    const before = known ?? (await recall(coming));
    known = undefined;
    if (before === "unfinished") {
      await memory.setAlarm(ports.now() + UNFINISHED_SECONDS * 1000);
      throw new Error("the event is being counted again; what came for it comes again");
    }
    if (coming.length === 0 && tallyOf(before.gathered) === undefined) {
      await clearUnlessHeld();
      return true;
    }
    const key = tallyOf(before.gathered)?.eventKey ?? coming[0]?.eventKey ?? "";
    const askedAt = ports.now();
    const [{ answers, enrichMs }, rules, channels] = await Promise.all([
      factsFor(before, coming).then((answers) => ({ answers, enrichMs: ports.now() - askedAt })),
      ports.rules(key),
      ports.channels(),
    ]);
    if (!ledger.holds(before)) return false;
    close();
    const mentions = coming.slice(0, MOST_A_COMMIT);
    const trace = traceOf(mentions);
    const input: DecisionInput = {
      ...{ mentions, rules, channels, trace },
      answers,
      now: ports.now(),
      isStream: ports.isStream,
    };
    const first = await decideForChannels(before, input);
    const opinion = await secondOpinion(first, mentions.length === 0, trace);
    const decideAt = ports.now();
    const { change, after, errors } =
      opinion === undefined
        ? first
        : await decideForChannels(before, { ...input, opinion, now: decideAt });
    const asked = opinion === undefined ? answers : [...answers, opinion];
    const commitAt = ports.now();
    if (!ledger.holds(before)) return false;
    if (mentions.length === 0 && saysTheSame(before, change)) {
      known = before;
      await scheduleAlarm(asked, change.event.windowStart, { anew: false, trace });
      return true;
    }
    const timings = timingsOf(asked, {
      ...{ enrichMs, rulesMs: commitAt - decideAt, posts: change.evidence.length },
    });
    // Both at once: the sweeper is asked before anything is written, and is mostly done first.
    const expected = change.outbox.length > 0 ? ports.expectDeliveries(change) : undefined;
    const result = await ports.store.commit({ ...change, timings }).finally(() => expected);
    if (result.kind === "stale") return false;
    coming.splice(0, mentions.length);
    held.committed(mentions);
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
    writeCommit(ports.span, change, asked, trace, [askedAt, decideAt, commitAt, ports.now()]);
    known = ledger.keep(before, after, result.rev);
    for (const { rule } of errors) ports.telemetry.count("rule_errors_total", { rule });
    await scheduleAlarm(asked, change.event.windowStart, { anew: mentions.length > 0, trace });
    await ports.afterCommit(change, result.due);
    return true;
  }

  /**
   * Asked of the post that would change the state, before it does. An answer that was late is
   * looked for again by the alarm, and without a wait when more posts come.
   */
  async function secondOpinion(
    { announces, change }: Decision,
    looksAgain: boolean,
    trace: string | undefined,
  ): Promise<ProviderFacts | undefined> {
    if (ports.opinion === undefined) return undefined;
    const anew = announces ? questionAbout(change.event, change.evidence) : undefined;
    const question = anew ?? memory.question;
    if (question === undefined) return undefined;
    const patient = anew !== undefined || looksAgain;
    const opinion = await ports.opinion(question, { patient, trace });
    memory.question = isIncomplete([opinion]) ? question : undefined;
    return opinion;
  }

  /**
   * A transition is planned for the channels as they are when its mentions have come, or later: one
   * that was added before must not miss it. The other commits notify nobody, and cost no query.
   */
  async function decideForChannels(before: KnownEvent, input: DecisionInput): Promise<Decision> {
    const decision = decide(before, input);
    if (!decision.announces) return decision;
    const own = ports.routes(DEFAULT_TENANT);
    const [channels, routes] = await Promise.all([ports.channels(cameAt), own]);
    const tenantRoutes = await routesOfTenants(channels, ports.routes);
    return decide(before, { ...input, channels, routes, tenantRoutes });
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
      if (isFirst || !anew) await memory.setAlarm(held.alarmFor(memory.clearAt));
      return;
    }
    memory.looked = step;
    memory.awaitsFacts = true;
    if (trace !== memory.trace) memory.trace = trace;
    await memory.setAlarm(held.alarmFor(ports.now() + spread(seconds * 1000)));
  }

  /** Events of one burst do not ask again at once: by the key, up to half of the wait more. */
  const spread = (ms: number): number =>
    ms + Math.floor((ms / 2) * (shardOf(memory.eventKey ?? "", SPREAD_OVER) / SPREAD_OVER));

  const record = coalesceOpen(async (mentions: Mention[], close: () => void) => {
    for (let stale = 0; stale < STALE_TRIES; )
      if (!(await tryCommit(mentions, close))) stale++;
      else if (mentions.length === 0) return;
    throw new Error("the event kept changing under its actor");
  });

  return {
    add(mentions, mayHold = false) {
      cameAt = ports.now();
      const done = record(mentions);
      return mayHold ? held.whileWaiting(mentions, done, () => waitsForFacts) : done;
    },
    async onAlarm() {
      const { awaitsFacts, clearAt } = memory;
      const waiting = held.all();
      cameAt = ports.now();
      try {
        if (waiting.length > 0) {
          await record([...waiting]);
          const end = memory.clearAt;
          if (!memory.awaitsFacts && end !== undefined) await memory.setAlarm(held.alarmFor(end));
        } else if (awaitsFacts || clearAt === undefined || ledger.isUnfinished()) await record([]);
        else if (ports.now() < clearAt) await memory.setAlarm(clearAt);
        else await clearUnlessHeld();
      } catch (error) {
        ports.log({
          stage: "event",
          level: "warn",
          eventKey: memory.eventKey ?? null,
          outcome: "retry",
          reason: String(error),
        });
        await held.giveBack();
        const seconds = ledger.isUnfinished() ? UNFINISHED_SECONDS : FAILED_RE_ENRICH_SECONDS;
        await memory.setAlarm(ports.now() + seconds * 1000);
      }
    },
  };
}
