import { isStreamKind } from "../../src/channels/registry.ts";
import { cached } from "../../src/concurrency/cached.ts";
import { seenWindow } from "../../src/dedup/window.ts";
import { afterCommit, expectDeliveries } from "../../src/events/after-commit.ts";
import { commitLaneOf } from "../../src/events/commit-lane.ts";
import type { EventPorts } from "../../src/events/event-actor.ts";
import { type EventActor, eventActor } from "../../src/events/event-actor.ts";
import { isIncomplete } from "../../src/events/fact-memory.ts";
import type { AcceptPorts } from "../../src/intake/accept.ts";
import type { DirectMentionsPorts } from "../../src/intake/direct-mentions.ts";
import { returnMentions } from "../../src/intake/resend.ts";
import type { PostJudge } from "../../src/intake/settle-posts.ts";
import type { RuntimePorts } from "../../src/observability/runtime.ts";
import { silentTelemetry } from "../../src/observability/telemetry.ts";
import { type ChannelActor, channelActor } from "../../src/outbox/channel-actor.ts";
import { enqueueDeliveries } from "../../src/outbox/enqueue.ts";
import type { QueuePorts } from "../../src/queues/consume.ts";
import { consumeBatch } from "../../src/queues/consume.ts";
import type { Routes } from "../../src/routing/routes.ts";
import type { Ruleset } from "../../src/rules/score.ts";
import type { CachedCursor, CursorMemory } from "../../src/schedule/cursor-cache.ts";
import { type SweeperActor, type SweeperPorts, sweeperActor } from "../../src/schedule/sweeper.ts";
import type { TickPorts } from "../../src/schedule/tick.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import type { Store } from "../../src/store/index.ts";
import type { Ether, Life } from "./life.ts";
import { actorMemoryIn, journalIn, linesIn, sweeperMemoryIn } from "./object-memory.ts";
import { type Namespace, namespace } from "./objects.ts";
import { enricherOf } from "./providers.ts";
import { type InFlight, type SimQueue, simQueue } from "./queue.ts";
import { simRedis, storeOf } from "./services.ts";
import { MAIL, type ReceivedChange, TELEGRAM, targets } from "./targets.ts";
import { consumerSettings } from "./wrangler.ts";

const REQUEUE_AFTER_SECONDS = 600;
const OVERLOADED_AFTER_SECONDS = 60;
const REREAD_MS = 30_000;
/** The share of accepted batches that the queue of posts judges, and of calls of an event. */
const LEFT_TO_QUEUE = 0.3;
/** Drawn from the seed while a history runs: see timers.ts. */
const uuid = () => crypto.randomUUID();
const CHANNEL_ENV = ChannelEnv.parse({
  TELEGRAM_BOT_TOKEN: "1:sim",
  TELEGRAM_BASE_URL: TELEGRAM,
  RESEND_API_KEY: "re_sim",
  RESEND_BASE_URL: MAIL,
  MAIL_FROM: "signals@sim.dev",
});

/**
 * The whole deployment: queues, objects, services, and the project's own code between them, wired
 * as workers/compose composes it.
 */
export type World = Ether & {
  /** Without faults: for the one who looks from outside. */
  store: Store;
  queues: Record<"posts" | "mentions" | "deliveries" | "dead-letters", SimQueue>;
  events: Namespace<EventActor & { alarm(): Promise<void> }>;
  channels: Namespace<ChannelActor>;
  sweeper: Namespace<SweeperActor>;
  ledger: ReceivedChange[];
  /** Events whose counts did not follow from their evidence at some moment, whatever came later. */
  torn: string[];
  /** Of each event, whether some facts were missing at each look for them. */
  looks: ReadonlyMap<string, readonly boolean[]>;
  acceptPorts(who: Life): AcceptPorts;
  sweeperOf(who: Life): TickPorts["sweeper"];
  /** In the sweeper's storage. */
  cursors: CursorMemory;
};

export type Rulebook = { older: Ruleset; newer: Ruleset; routes: Routes };
/** The judge by the lists and settings of before and after they change. */
export type Judges = Record<"before" | "after", PostJudge>;
export type Given = { store: Store; judges: Judges; rulebook: Rulebook };

export function world(ether: Ether, { store, judges, rulebook }: Given): World {
  const { kernel, faults, changes } = ether;
  const routesNow = async () => (kernel.now() < changes.routesAt ? null : rulebook.routes);
  const judgeNow = () => (kernel.now() < changes.listsAt ? judges.before : judges.after);
  const redis = simRedis(ether);
  const outside = targets(ether);
  const torn: string[] = [];
  const looks = new Map<string, boolean[]>();
  const watchedStore = faults.on("object-doubled") ? watched(store, torn) : store;
  const storeFor = (who: Life): Store => storeOf(who, watchedStore, ether);
  const ground = (who: Life): RuntimePorts => ({
    now: who.now,
    log: () => undefined,
    telemetry: silentTelemetry,
  });

  const inFlight: InFlight = new Map();
  const queue = (name: string, dead: () => SimQueue | undefined): SimQueue =>
    simQueue(
      consumerSettings(name),
      (batch, who) => consumeBatch(batch, queuePorts(who)),
      dead,
      inFlight,
      ether,
    );
  const deadLetters = queue("dead-letters", () => undefined);
  const queues = {
    posts: queue("posts", () => deadLetters),
    mentions: queue("mentions", () => deadLetters),
    deliveries: queue("deliveries", () => deadLetters),
    "dead-letters": deadLetters,
  };

  const sweeperOf = (who: Life): TickPorts["sweeper"] => ({
    wake: (at) =>
      sweeper.call(who, "all", "wake", (actor) => actor.wake(at)).catch(() => undefined),
    schedulePostSweep: (at) =>
      sweeper
        .call(who, "all", "schedulePostSweep", (actor) => actor.schedulePostSweep(at))
        .catch(() => undefined),
  });

  const addMentions =
    (who: Life): DirectMentionsPorts["addMentions"] =>
    (eventKey, mentions, mayHold) =>
      events.call(who, eventKey, "add", (actor) => actor.add(mentions, mayHold));

  /** Some events are not to be reached, so that histories take the way by the queue as well. */
  const direct = (who: Life): DirectMentionsPorts => ({
    async addMentions(...given) {
      if (kernel.dice.next() < LEFT_TO_QUEUE) throw new Error("the object cannot be reached");
      await addMentions(who)(...given);
    },
    sleep: kernel.pause,
  });

  const acceptPorts = (who: Life): AcceptPorts => ({
    ...ground(who),
    ...direct(who),
    store: storeFor(who),
    posts: queues.posts.send(who),
    mentions: queues.mentions.send(who),
    // Lists that cannot be read leave a batch to the queue, so that histories take both ways.
    async judging() {
      if (kernel.dice.next() < LEFT_TO_QUEUE) throw new Error("the lists cannot be read");
      return judgeNow();
    },
    broadcast: async () => undefined,
    postLines: 100,
    uuid,
    requeueAfterSeconds: REQUEUE_AFTER_SECONDS,
    overloadedAfterSeconds: OVERLOADED_AFTER_SECONDS,
    schedulePostSweep: sweeperOf(who).schedulePostSweep,
  });

  const sweeper: Namespace<SweeperActor> = namespace(
    "sweeper",
    (who, storage) => {
      const outbox: SweeperPorts["outbox"] = {
        store: storeFor(who),
        enqueue: (due) => enqueueDeliveries(due, { deliveries: queues.deliveries.send(who) }),
      };
      const schedulePostSweep = (at: number): Promise<void> => actor.schedulePostSweep(at);
      const actor: SweeperActor = sweeperActor(
        { ...acceptPorts(who), schedulePostSweep, outbox },
        sweeperMemoryIn(storage),
      );
      return actor;
    },
    ether,
  );
  const channels: Namespace<ChannelActor> = namespace<ChannelActor>(
    "channel",
    (who, storage) =>
      channelActor(
        {
          ...ground(who),
          store: storeFor(who),
          routes: routesNow,
          quotas: async () => ({}),
          env: CHANNEL_ENV,
          fetch: outside.fetchFrom(who),
          random: kernel.dice.next,
          uuid,
          sleep: kernel.pause,
          called: () => undefined,
          broadcast: async () => undefined,
          wakeSweeper: sweeperOf(who).wake,
          reserveOther: (channelId, holder, limit) =>
            channels.call(who, `channel:${channelId}`, "place", async (actor) =>
              actor.reserve(holder, limit),
            ),
          reserveShared: (holder, limit) =>
            channels.call(who, `limit:${limit.key}`, "place", async (actor) =>
              actor.reserve(holder, limit),
            ),
        },
        { tats: linesIn(storage), journal: journalIn(storage) },
      ),
    ether,
  );

  const deliverAs =
    (who: Life) =>
    (channelId: number, id: number): Promise<void> =>
      channels.call(who, `channel:${channelId}`, "deliver", (actor) =>
        actor.deliver(id, channelId),
      );

  const events = namespace(
    "event",
    (who, storage, eventKey) => {
      const memory = actorMemoryIn(storage);
      const actor = eventActor(eventPorts(who, eventKey), memory);
      const add: EventActor["add"] = (mentions, mayHold) => {
        if (faults.hits("rows-lost")) memory.rows.clear();
        return actor.add(mentions, mayHold);
      };
      return { ...actor, add, alarm: () => actor.onAlarm() };
    },
    ether,
  );

  /** What the store puts together in one statement fails together here by the calls of a lane. */
  const lanes: Namespace<Pick<Store, "commit">> = namespace(
    "commits",
    (who) => ({ commit: (change) => storeFor(who).commit(change) }),
    ether,
  );

  function eventPorts(who: Life, eventKey: string): EventPorts {
    const ask = enricherOf(who, ether, redis);
    return {
      ...ground(who),
      store: {
        ...storeFor(who),
        commit: (change) =>
          lanes.call(who, commitLaneOf(change.event.eventKey, 2), "commit", (lane) =>
            lane.commit(change),
          ),
      },
      async enrich(token) {
        const answers = await ask(token);
        looks.set(eventKey, [...(looks.get(eventKey) ?? []), isIncomplete(answers)]);
        return answers;
      },
      pause: async () => undefined,
      sleep: kernel.pause,
      defer: kernel.spawn,
      returnMentions: returnMentions(queues.mentions.send(who)),
      rules: async (key) => {
        if (key !== eventKey) throw new Error(`rules for ${key} were asked in ${eventKey}`);
        return kernel.now() < changes.rulesAt || faults.hits("stale-rules")
          ? rulebook.older
          : rulebook.newer;
      },
      isStream: isStreamKind,
      routes: routesNow,
      channels: cached(() => storeFor(who).channels(), {
        ttlMs: REREAD_MS,
        staleOnError: true,
        now: who.now,
      }).get,
      expectDeliveries: expectDeliveries({ now: who.now, wakeSweeper: sweeperOf(who).wake }),
      afterCommit: afterCommit({
        ...ground(who),
        deliveries: queues.deliveries.send(who),
        deliver: deliverAs(who),
        defer: kernel.spawn,
        broadcast: async () => undefined,
      }),
    };
  }

  const queuePorts = (who: Life): QueuePorts => ({
    ...ground(who),
    store: storeFor(who),
    mentions: queues.mentions.send(who),
    seen: seenWindow(redis(who)),
    judging: async () => judgeNow(),
    addMentions: addMentions(who),
    sleep: kernel.pause,
    deliver: deliverAs(who),
    broadcast: async () => undefined,
    postLines: 100,
  });

  const kept = new Map<string, CachedCursor>();
  const cursors: CursorMemory = {
    get: async (source) => kept.get(source),
    async put(source, place) {
      if (place) kept.set(source, place);
      else kept.delete(source);
    },
  };

  return {
    ...ether,
    store,
    cursors,
    queues,
    events,
    channels,
    sweeper,
    ledger: outside.ledger,
    torn,
    looks,
    acceptPorts,
    sweeperOf,
  };
}

/**
 * Looks at an event after each commit: what two writers tear, a later commit may repair before
 * the end.
 */
const watched = (store: Store, torn: string[]): Store => ({
  ...store,
  async commit(change) {
    const result = await store.commit(change);
    const held = await store.event(change.event.eventKey, 1_000_000);
    const counted = (held?.event.evidenceCount ?? 0) + (held?.event.copies ?? 0);
    if (held && counted !== held.evidence.length)
      torn.push(
        `${change.event.eventKey} counted ${counted} of ${held.evidence.length} ` +
          `after rev ${change.expectedRev}`,
      );
    return result;
  },
});
