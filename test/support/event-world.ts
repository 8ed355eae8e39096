import { isStreamKind } from "../../src/channels/registry.ts";
import { VOCABULARY } from "../../src/enrich/registry.ts";
import type { EventPorts } from "../../src/events/event-actor.ts";
import { type ActorMemory, type EventActor, eventActor } from "../../src/events/event-actor.ts";
import { memoryRows } from "../../src/events/rows.ts";
import { EMPTY_BLACKLIST } from "../../src/filter/blacklist.ts";
import type { AcceptPorts } from "../../src/intake/accept.ts";
import type { DirectMentionsPorts } from "../../src/intake/direct-mentions.ts";
import { iso } from "../../src/kit/time.ts";
import { ChannelFilter } from "../../src/model/channel-config.ts";
import { type Envelope, sealEnvelope } from "../../src/model/envelope.ts";
import type { ProviderFacts } from "../../src/model/facts.ts";
import type { OpinionQuestion } from "../../src/model/opinion-question.ts";
import type { RuntimePorts } from "../../src/observability/runtime.ts";
import type { PostSpan } from "../../src/observability/spans/span.ts";
import { silentTelemetry } from "../../src/observability/telemetry.ts";
import { judge } from "../../src/pipeline.ts";
import type { QueuePorts } from "../../src/queues/consume.ts";
import { consumeBatch } from "../../src/queues/consume.ts";
import type { ListedAuthors } from "../../src/refine/authors.ts";
import { loadRules } from "../../src/rules/load.ts";
import type { Store } from "../../src/store/index.ts";
import { memoryStore } from "../../src/store/memory/index.ts";
import { heldRows } from "./held-rows.ts";

export const NOON = Date.UTC(2026, 10, 20, 12);

const RULES = `
version: "1.0"
groups:
  - name: market
    rules:
      - { name: deep, condition: "dex_liquidity >= 100000", score: 8, reason: "Deep" }
states: { verified: "dex_liquidity >= 100000", downgraded: "dex_liquidity < 100" }
notify: { min_score: -100, on: [verified, downgraded] }
`;

export const dex = (status: ProviderFacts["status"], liquidity: number | null): ProviderFacts => ({
  provider: "dex",
  via: null,
  status,
  asOf: liquidity === null ? null : iso(NOON),
  notes: [],
  error: null,
  values: liquidity === null ? {} : { dex_liquidity: liquidity },
});

const noOpinion: ProviderFacts = { ...dex("empty", null), provider: "ai" };

const lookup = (contract: string): ProviderFacts => ({
  provider: "token",
  via: null,
  status: "fresh",
  asOf: iso(NOON),
  notes: [],
  error: null,
  values: { contract, contract_symbol: null },
});

/**
 * From the queue of posts to the outbox: the real consumers, actors, rules and store, in memory
 * and on one clock.
 */
export async function eventWorld(
  authors: ListedAuthors = new Map(),
  store: Store = memoryStore(),
  rulesText = RULES,
) {
  let now = NOON;
  const world = {
    market: dex("fresh", 500_000),
    /** What a search finds: a symbol or an address -> `{chain}:{contract}`. */
    contracts: new Map<string, string>(),
    /** What the model says of a post, and what it was asked; null: nothing, as with no budget. */
    model: null as ((question: OpinionQuestion) => ProviderFacts) | null,
    asked: [] as string[],
    /** What would be exported. */
    spans: [] as PostSpan[],
  };
  const queues: { posts: Envelope[]; mentions: Envelope[] } = { posts: [], mentions: [] };
  const alarms = new Map<string, number>();
  const actors = new Map<string, EventActor>();
  const loaded = loadRules(rulesText, {}, VOCABULARY);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  const filter = ChannelFilter.parse({});
  await store.addChannel(
    { kind: "log", name: "log", settings: {}, filter, atMostOnce: false },
    iso(now),
  );

  const ground: RuntimePorts = {
    now: () => now,
    log: () => undefined,
    telemetry: silentTelemetry,
    span: (span) => void world.spans.push(span),
  };
  const into = (queue: Envelope[]) => ({
    sendBatch: async (messages: { body: Envelope }[]) =>
      void queue.push(...messages.map(({ body }) => body)),
  });
  /** As an isolate keeps them: without what was added since. */
  const cachedChannels = await store.channels();
  const eventPorts: EventPorts = {
    ...ground,
    store,
    enrich: async ({ tokenCa, symbol }) => {
      const contract = world.contracts.get(tokenCa ?? symbol ?? "");
      return contract === undefined ? [world.market] : [lookup(contract), world.market];
    },
    opinion: async (question) => {
      if (world.model === null) return noOpinion;
      world.asked.push(question.evidenceId);
      return world.model(question);
    },
    pause: async () => undefined,
    sleep: () => new Promise((wake) => setTimeout(wake, 1)),
    defer: () => undefined,
    returnMentions: async (mentions) =>
      void queues.mentions.push(
        ...mentions.map((mention) => sealEnvelope({ kind: "mention", mention, again: true })),
      ),
    rules: async () => loaded.rules,
    isStream: isStreamKind,
    routes: async () => null,
    channels: async (since = 0) => (since >= now ? store.channels() : cachedChannels),
    expectDeliveries: async () => undefined,
    afterCommit: async () => undefined,
  };
  function actorOf(eventKey: string): EventActor {
    const known = actors.get(eventKey);
    if (known !== undefined) return known;
    const memory: ActorMemory = {
      eventKey,
      held: heldRows(),
      looked: 0,
      awaitsFacts: false,
      clearAt: undefined,
      rows: memoryRows(),
      // That at the end of the window is left out: a world does not live that long.
      setAlarm: async (at) => void (at === memory.clearAt || alarms.set(eventKey, at)),
      clear: async () => void alarms.delete(eventKey),
    };
    const actor = eventActor(eventPorts, memory);
    actors.set(eventKey, actor);
    return actor;
  }
  const settings = {
    filter: { languages: [], blacklist: EMPTY_BLACKLIST },
    refine: { windowMinutes: 60, authors },
  };
  const eventMentions: DirectMentionsPorts = {
    addMentions: (eventKey, mentions, mayHold) => actorOf(eventKey).add(mentions, mayHold),
    sleep: () => new Promise(() => undefined),
  };
  const acceptPorts: AcceptPorts = {
    ...ground,
    ...eventMentions,
    store,
    posts: into(queues.posts),
    mentions: into(queues.mentions),
    uuid: () => crypto.randomUUID(),
    requeueAfterSeconds: 600,
    overloadedAfterSeconds: 600,
    schedulePostSweep: async () => undefined,
    judging: async () => (post, watch) => judge(post, settings, undefined, watch),
    broadcast: async () => undefined,
    postLines: 100,
  };
  const queuePorts: QueuePorts = {
    ...ground,
    store,
    mentions: into(queues.mentions),
    seen: { claim: async () => new Set(), confirm: async () => undefined },
    judging: acceptPorts.judging,
    ...eventMentions,
    deliver: async () => undefined,
    broadcast: async () => undefined,
    postLines: 100,
  };
  async function drain(queue: "posts" | "mentions"): Promise<void> {
    const bodies = queues[queue].splice(0);
    const messages = bodies.map((body, i) => ({
      id: `${queue}-${i}`,
      body,
      attempts: 1,
      ack: () => undefined,
      retry: () => undefined,
    }));
    await consumeBatch({ queue, messages }, queuePorts);
  }
  return {
    world,
    store,
    rules: loaded.rules,
    acceptPorts,
    now: () => now,
    /** Until every queue is empty. */
    async settle(): Promise<void> {
      await drain("posts");
      await drain("mentions");
    },
    /** The alarm of every event, at its time. */
    async ring(): Promise<void> {
      for (const [eventKey, at] of [...alarms]) {
        alarms.delete(eventKey);
        now = Math.max(now, at);
        await actors.get(eventKey)?.onAlarm();
      }
    },
    alarms: () => [...alarms.values()],
    outbox: async () =>
      (
        await store.outbox(
          { status: null, channelId: null, since: null },
          { limit: 100, cursor: null },
        )
      ).items,
  };
}
