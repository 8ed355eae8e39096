import { isStreamKind } from "../../src/channels/registry.ts";
import { cached } from "../../src/concurrency/cached.ts";
import { layeredCache } from "../../src/concurrency/layered-cache.ts";
import { singleFlight } from "../../src/concurrency/single-flight.ts";
import { seenWindow } from "../../src/dedup/window.ts";
import { enrich, groupsOf } from "../../src/enrich/enrich.ts";
import { afterCommit, expectDeliveries } from "../../src/events/after-commit.ts";
import { commitLaneOf } from "../../src/events/commit-lane.ts";
import type { EventPorts } from "../../src/events/event-actor.ts";
import { type ActorMemory, type EventActor, eventActor } from "../../src/events/event-actor.ts";
import { memoryRows } from "../../src/events/rows.ts";
import { localGuard } from "../../src/http/local-guard.ts";
import type { AcceptPorts } from "../../src/intake/accept.ts";
import { returnMentions } from "../../src/intake/resend.ts";
import { ChannelFilter } from "../../src/model/channel-config.ts";
import type { SentMessage } from "../../src/model/delivery.ts";
import type { RawPost } from "../../src/model/raw-post.ts";
import type { RuntimePorts } from "../../src/observability/runtime.ts";
import { silentTelemetry } from "../../src/observability/telemetry.ts";
import { type ChannelActor, channelActor } from "../../src/outbox/channel-actor.ts";
import { enqueueDeliveries } from "../../src/outbox/enqueue.ts";
import type { JudgeResult } from "../../src/pipeline.ts";
import type { QueuePorts } from "../../src/queues/consume.ts";
import { consumeBatch } from "../../src/queues/consume.ts";
import type { Ruleset } from "../../src/rules/score.ts";
import type { CachedCursor, CursorMemory } from "../../src/schedule/cursor-cache.ts";
import {
  type SweeperActor,
  type SweeperMemory,
  type SweeperPorts,
  sweeperActor,
} from "../../src/schedule/sweeper.ts";
import type { TickPorts } from "../../src/schedule/tick.ts";
import { switchesOf } from "../../src/settings/plugin.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import type { Store } from "../../src/store/index.ts";
import type { Ether, Life } from "./life.ts";
import { type Namespace, namespace, type Storage } from "./objects.ts";
import { ENRICHERS, providerFetch } from "./providers.ts";
import { type InFlight, type SimQueue, simQueue } from "./queue.ts";
import { type SimRedis, simRedis, storeOf } from "./services.ts";
import { HOOKS, MAIL, type ReceivedChange, TELEGRAM, targets } from "./targets.ts";
import { consumerSettings } from "./wrangler.ts";

const REQUEUE_AFTER_SECONDS = 600;
const OVERLOADED_AFTER_SECONDS = 60;
const REREAD_MS = 30_000;
/** The share of accepted batches that the queue of posts judges. */
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
  acceptPorts(who: Life): AcceptPorts;
  sweeperOf(who: Life): TickPorts["sweeper"];
  /** In the sweeper's storage. */
  cursors: CursorMemory;
};

export type Rulebook = { older: Ruleset; newer: Ruleset; changeAt: number };
export type Given = { store: Store; judge: (post: RawPost) => JudgeResult; rulebook: Rulebook };

export function world(ether: Ether, { store, judge, rulebook }: Given): World {
  const { kernel, faults } = ether;
  const redis = simRedis(ether);
  const outside = targets(ether);
  const torn: string[] = [];
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

  const acceptPorts = (who: Life): AcceptPorts => ({
    ...ground(who),
    store: storeFor(who),
    posts: queues.posts.send(who),
    mentions: queues.mentions.send(who),
    // Lists that cannot be read leave a batch to the queue, so that histories take both ways.
    async judging() {
      if (kernel.dice.next() < LEFT_TO_QUEUE) throw new Error("the lists cannot be read");
      return judge;
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
          routes: async () => null,
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

  const events = namespace(
    "event",
    (who, storage) => {
      const actor = eventActor(eventPorts(who), actorMemoryIn(storage));
      return { ...actor, alarm: () => actor.onAlarm() };
    },
    ether,
  );

  /** What the store puts together in one statement fails together here by the calls of a lane. */
  const lanes: Namespace<Pick<Store, "commit">> = namespace(
    "commits",
    (who) => ({ commit: (change) => storeFor(who).commit(change) }),
    ether,
  );

  function eventPorts(who: Life): EventPorts {
    return {
      ...ground(who),
      store: {
        ...storeFor(who),
        commit: (change) =>
          lanes.call(who, commitLaneOf(change.event.eventKey, 2), "commit", (lane) =>
            lane.commit(change),
          ),
      },
      enrich: enricherOf(who, ether, redis),
      pause: async () => undefined,
      sleep: kernel.pause,
      defer: kernel.spawn,
      returnMentions: returnMentions(queues.mentions.send(who)),
      rules: async () =>
        kernel.now() < rulebook.changeAt || faults.hits("stale-rules")
          ? rulebook.older
          : rulebook.newer,
      isStream: isStreamKind,
      routes: async () => null,
      channels: cached(() => storeFor(who).channels(), {
        ttlMs: REREAD_MS,
        staleOnError: true,
        now: who.now,
      }).get,
      expectDeliveries: expectDeliveries({ now: who.now, wakeSweeper: sweeperOf(who).wake }),
      afterCommit: afterCommit({
        ...ground(who),
        deliveries: queues.deliveries.send(who),
        broadcast: async () => undefined,
      }),
    };
  }

  const queuePorts = (who: Life): QueuePorts => ({
    ...ground(who),
    store: storeFor(who),
    mentions: queues.mentions.send(who),
    seen: seenWindow(redis(who)),
    judging: async () => judge,
    addMentions: (eventKey, mentions, mayHold) =>
      events.call(who, eventKey, "add", (actor) => actor.add(mentions, mayHold)),
    deliver: (channelId, id) =>
      channels.call(who, `channel:${channelId}`, "deliver", (actor) =>
        actor.deliver(id, channelId),
      ),
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

/**
 * The real enrich() around two small providers, as each isolate has it: own cache in front of
 * Redis, own guard.
 */
function enricherOf(who: Life, ether: Ether, redis: SimRedis): EventPorts["enrich"] {
  const ports = {
    fetch: providerFetch(who, ether),
    now: who.now,
    guard: localGuard(who.now),
    sleep: ether.kernel.pause,
    tokens: new Map(),
    features: { putFeatures: async () => undefined, features: async () => undefined },
    groups: groupsOf(ENRICHERS, switchesOf(ENRICHERS, {})),
    cache: layeredCache(redis(who), who.now),
    flight: singleFlight(),
    defer: (work: Promise<unknown>) => ether.kernel.spawn(work),
    search: { baseUrl: "https://search.test" },
  };
  return (token) => enrich(token, ports);
}

const sweeperMemoryIn = (storage: Storage): SweeperMemory => ({
  getAlarm: async () => storage.alarmAt ?? null,
  setAlarm: storage.setAlarm,
  sentAt: new Map(),
  get postsUntil() {
    return storage.kv.get("postsUntil") as number | undefined;
  },
  set postsUntil(at) {
    storage.kv.set("postsUntil", at);
  },
});

const linesIn = ({ kv }: Storage) => ({
  get: (key: string) => kv.get(`line:${key}`) as number | undefined,
  put: (key: string, at: number) => void kv.set(`line:${key}`, at),
});

const journalIn = ({ kv }: Storage) => ({
  get: async (id: number) => kv.get(`sent:${id}`) as SentMessage | undefined,
  put: async (id: number, sent: SentMessage) => void kv.set(`sent:${id}`, sent),
  delete: async (id: number) => void kv.delete(`sent:${id}`),
  ids: async () =>
    [...kv.keys()].filter((key) => key.startsWith("sent:")).map((key) => Number(key.slice(5))),
});

/** Events of more posts than this are in the object's storage: many are. */
const SMALL_EVENT = 4;

/**
 * Every instance of an object has the same. A history is over long before a window is cleared:
 * that alarm is left out.
 */
function actorMemoryIn(storage: Storage): ActorMemory {
  const known = storage.kv.get("memory") as ActorMemory | undefined;
  if (known !== undefined) return known;
  const memory: ActorMemory = {
    eventKey: undefined,
    held: [],
    looked: 0,
    awaitsFacts: false,
    clearAt: undefined,
    rows: memoryRows(),
    smallEvent: SMALL_EVENT,
    setAlarm: async (at) => {
      if (at !== memory.clearAt) await storage.setAlarm(at);
    },
    clear: async () => undefined,
  };
  storage.kv.set("memory", memory);
  return memory;
}

type Receiver = { kind: string; name: string; settings: object; target: string };

const secrets = [`whsec_${btoa("0123456789abcdef0123456789abcdef")}`];
const HOOK: Receiver = {
  kind: "webhook",
  name: "hook",
  settings: { url: `${HOOKS}/all`, secrets },
  target: `${HOOKS}/all`,
};
const GROUP: Receiver = {
  kind: "telegram",
  name: "group",
  settings: { chatId: "-1001", updates: "new" },
  target: "telegram:-1001",
};
const CHAT: Receiver = {
  kind: "telegram",
  name: "chat",
  settings: { chatId: "77", updates: "reply_and_edit" },
  target: "telegram:77",
};
const MAILBOX: Receiver = {
  kind: "email",
  name: "mail",
  settings: { to: ["ops@sim.dev"] },
  target: "mail:ops@sim.dev",
};

/**
 * A hook that takes all, a group in Telegram that gets new messages, and a chat in which older ones
 * are corrected or a mailbox that now and then gets digests. Answers the target of each channel by
 * its id.
 */
export async function addChannels(
  store: Store,
  mailed: boolean,
  at: string,
): Promise<Map<number, string>> {
  const made = new Map<number, string>();
  for (const { target, ...draft } of [HOOK, GROUP, mailed ? MAILBOX : CHAT]) {
    const added = {
      ...draft,
      settings: { ...draft.settings },
      filter: ChannelFilter.parse({}),
      atMostOnce: false,
    };
    const saved = await store.addChannel(added, at);
    if (saved.kind === "saved") made.set(saved.channel.id, target);
  }
  return made;
}
