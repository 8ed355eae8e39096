import { coalesce } from "../concurrency/coalesce.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { ProviderFacts } from "../model/facts.ts";
import type { Mention, TokenRef } from "../model/mention.ts";
import type { Signal } from "../model/signal.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import {
  type Decision,
  type DecisionInput,
  decide,
  type KnownEvent,
  recallEvent,
  UNKNOWN_EVENT,
} from "../pipeline.ts";
import type { Ruleset } from "../rules/score.ts";
import type { Change, EventStore } from "../store/events.ts";
import type { DueDelivery } from "../store/outbox.ts";
import { tokenOf } from "./summarise.ts";

/** A stale commit means that another instance wrote in between; twice in a row is already rare. */
const STALE_TRIES = 5;
/**
 * When to ask again for facts that were missing, stale or partial. After the last, only a new
 * mention asks.
 */
const RE_ENRICH_SECONDS = [15, 60, 300, 900];
const FAILED_RE_ENRICH_SECONDS = 120;

export type EventPorts = RuntimePorts & {
  store: Pick<EventStore, "load" | "commit">;
  /** `traceId`: of the message that set it off; outside calls pass it along. */
  enrich(token: TokenRef, traceId?: string): Promise<ProviderFacts[]>;
  /** The rules that score this event: a canary takes its share of the keys. */
  rules(eventKey: string): Promise<Ruleset>;
  /** As they were at `since` (ms) or later; without it they may be older. */
  channels(since?: number): Promise<ChannelConfig[]>;
  /**
   * After a commit: enqueue what is due, wake the sweeper for the rest, tell the live stream. Never
   * throws: the sweeper finds what this missed.
   */
  afterCommit(change: Change, due: Omit<DueDelivery, "eventKey">[]): Promise<void>;
};

/** What an actor remembers across eviction: the little that the database does not know. */
export type ActorMemory = {
  eventKey: string | undefined;
  /** How many times it has looked again since the last mention. */
  looked: number;
  setAlarm(at: number): Promise<void>;
};

/**
 * `add` resolves once the mentions are evidence in the database; it may be repeated. `reEnrich`
 * scores anew, with facts that came late; it never throws but looks again later, because the
 * platform drops an alarm that failed six times and an outage outlasts that.
 */
export type EventActor = {
  add(mentions: Mention[], traceId?: string): Promise<void>;
  reEnrich(): Promise<void>;
};

/**
 * The only writer of one event_key. Calls that arrive while a commit is in flight are merged into
 * the next one. What it holds is a copy of the database, dropped on any doubt and read again: it
 * may be evicted at any await.
 */
export function eventActor(ports: EventPorts, memory: ActorMemory): EventActor {
  let known: KnownEvent | undefined;
  let trace: string | undefined;

  async function load(): Promise<KnownEvent> {
    const state =
      memory.eventKey === undefined ? undefined : await ports.store.load(memory.eventKey);
    return state ? recallEvent(state) : UNKNOWN_EVENT;
  }

  /** Answers false when the event changed under us. */
  async function tryCommit(mentions: Mention[]): Promise<boolean> {
    const began = ports.now();
    const before = known ?? (await load());
    known = undefined;
    const evidence = [...before.gathered.evidence, ...mentions];
    if (evidence.length === 0) return true;
    const { eventKey: key } = evidence[0] as Mention;
    const [answers, rules, channels] = await Promise.all([
      ports.enrich(tokenOf(evidence), trace),
      ports.rules(key),
      ports.channels(),
    ]);
    const { change, after, errors } = await decideForChannels(before, {
      mentions,
      answers,
      rules,
      channels,
      now: ports.now(),
    });
    if (mentions.length === 0 && saysTheSame(before, change)) {
      known = before;
      await scheduleReEnrich(answers, false);
      return true;
    }
    const result = await ports.store.commit(change);
    if (result.kind === "stale") return false;
    const traced = trace === undefined ? {} : { traceId: trace };
    const { eventKey, state } = change.signal;
    ports.log({
      stage: "event",
      eventKey,
      passed: true,
      latencyMs: ports.now() - began,
      outcome: state,
      ...traced,
    });
    known = { rev: result.rev, ...after };
    for (const { rule } of errors) ports.telemetry.count("rule_errors_total", { rule });
    await scheduleReEnrich(answers, mentions.length > 0);
    await ports.afterCommit(change, result.due);
    return true;
  }

  /**
   * A transition is planned for the channels as they are now: one that was added a moment ago must
   * not miss it. The other commits notify nobody, and cost no query.
   */
  async function decideForChannels(before: KnownEvent, input: DecisionInput): Promise<Decision> {
    const decision = decide(before, input);
    return decision.announces
      ? decide(before, { ...input, channels: await ports.channels(ports.now()) })
      : decision;
  }

  /** New mentions start the series anew; a degraded answer to an alarm moves it on. */
  async function scheduleReEnrich(answers: ProviderFacts[], anew: boolean): Promise<void> {
    const late = answers.some(
      ({ status }) => status === "missing" || status === "partial" || status === "stale",
    );
    const step = anew ? 0 : memory.looked + 1;
    const seconds = RE_ENRICH_SECONDS[step];
    if (!late || seconds === undefined) return;
    memory.looked = step;
    await memory.setAlarm(ports.now() + seconds * 1000);
  }

  const record = coalesce(async (mentions: Mention[]) => {
    for (let attempt = 1; attempt <= STALE_TRIES; attempt++) if (await tryCommit(mentions)) return;
    throw new Error("the event kept changing under its actor");
  });

  return {
    async add(mentions, traceId) {
      trace = traceId;
      memory.eventKey ??= mentions[0]?.eventKey;
      await record(mentions);
    },
    async reEnrich() {
      try {
        await record([]);
      } catch (error) {
        ports.log({
          stage: "event",
          level: "warn",
          eventKey: memory.eventKey ?? null,
          outcome: "retry",
          reason: String(error),
        });
        await memory.setAlarm(ports.now() + FAILED_RE_ENRICH_SECONDS * 1000);
      }
    },
  };
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
