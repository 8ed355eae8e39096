import type { PaceLimit } from "../channels/channel.ts";
import type { ChannelEnv } from "../channels/env.ts";
import { channelKind } from "../channels/registry.ts";
import { limitConcurrency } from "../concurrency/semaphore.ts";
import type { CallRecord, FetchLike } from "../http/request.ts";
import type { Random } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { Delivery } from "../model/delivery.ts";
import type { BroadcastLive, LiveMessage } from "../observability/live.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import { deliver } from "../pipeline.ts";
import { StoreUnavailable } from "../store/store.ts";
import { type LineMemory, type RateReservations, rateReservations } from "./gcra.ts";
import type { DeliverOutcome, DeliverPorts, SendJournal } from "./ports.ts";

/** What the object of a channel stands on; workers/compose/shared.ts gives it. */
export type ChannelPorts = RuntimePorts & {
  store: DeliverPorts["store"] & { channels(): Promise<ChannelConfig[]> };
  env: ChannelEnv;
  fetch: FetchLike;
  random: Random;
  uuid(): string;
  sleep(ms: number): Promise<void>;
  /** Each outside call, for the metrics. */
  called(record: CallRecord): void;
  broadcast: BroadcastLive;
  /** Asks the sweeper to look no later than `at`. Never throws. */
  wakeSweeper(at: number): Promise<void>;
  /**
   * A place in the line of a limit that several channels share, held by the object of that limit;
   * in milliseconds to wait.
   */
  sharedPlace(holder: number, limit: PaceLimit): Promise<number>;
};

/** What outlives the object. */
export type ChannelMemory = { lines: LineMemory; journal: SendJournal };

export type ChannelActor = {
  /**
   * Attempts a delivery. Resolves when it ended, or soon while it goes on by itself: a target that
   * hangs must not hold up the queue, and the row in the outbox is the authority whatever happens
   * to this call. Throws StoreUnavailable when the attempt could not be made.
   */
  deliver(id: number, channelId: number): Promise<void>;
  /** For the object of a shared limit. */
  place(holder: number, limit: PaceLimit): number;
};

const CONFIG_FRESH_MS = 5_000;
/** Sends at a time. A Worker has six connections; two are left for the database. */
const SENDS = 4;
/**
 * Deliveries under way at a time: while some are sent, the next are claimed and the last are
 * closed, several in one statement.
 */
const UNDER_WAY = 16;
/** More than so many wait in the outbox instead: the sweeper brings them again. */
const MAX_HELD = 200;
/**
 * How long the queue waits for a delivery: hardly, so that one who waits for his pace holds up
 * nobody, but longer while many are held.
 */
const CALLER_WAITS_MS = 250;
const MANY_HELD = 50;
const CALLER_WAITS_LONG_MS = 2_000;
/** A wait so short is slept through here; a longer one is the sweeper's. */
const SLEEP_MS = 3_000;
const LEAST_SLEEP_MS = 50;
/** After so many short waits its place is for others: those it waits for may be among them. */
const MAX_LOOKS = 15;
const UNAVAILABLE_MS = 30_000;

export function channelActor(ports: ChannelPorts, memory: ChannelMemory): ChannelActor {
  const line = rateReservations(ports.now, memory.lines);
  const deliverPorts = deliverPortsOf(ports, memory.journal, line);
  const [underWay, alone] = [limitConcurrency(UNDER_WAY), limitConcurrency(1)];
  const held = new Map<number, Promise<void>>();

  /**
   * One at a time where they are collected: the first puts the others into its message, which each
   * would send by itself if all were claimed at once.
   */
  async function turnOf(channelId: number): Promise<typeof alone> {
    const configs = await deliverPorts.channels().catch(() => []);
    const digestMinutes = configs.find(({ id }) => id === channelId)?.filter.digestMinutes ?? 0;
    return digestMinutes > 0 ? alone : underWay;
  }

  /**
   * Until it ended, or must wait longer than is worth staying awake for. It sleeps out of turn:
   * what it waits for may be waiting for a turn.
   */
  async function attempts(id: number, channelId: number): Promise<void> {
    for (let looks = 1; ; looks++) {
      const turn = await turnOf(channelId);
      const outcome = await turn(() => deliver(id, deliverPorts));
      report(id, outcome, ports);
      if (outcome.kind === "unavailable") {
        await ports.wakeSweeper(ports.now() + UNAVAILABLE_MS);
        throw new StoreUnavailable("the outbox is out of reach");
      }
      if (outcome.kind !== "later") return;
      const wait = outcome.at - ports.now();
      if (wait > SLEEP_MS || looks === MAX_LOOKS) return ports.wakeSweeper(outcome.at);
      await ports.sleep(Math.max(wait, LEAST_SLEEP_MS));
    }
  }

  function start(id: number, channelId: number): Promise<void> {
    const run = attempts(id, channelId).finally(() => held.delete(id));
    // Past its patience the caller listens no more; the sweeper has been woken.
    run.catch(() => undefined);
    held.set(id, run);
    return run;
  }

  return {
    async deliver(id, channelId) {
      if (held.size >= MAX_HELD) return ports.wakeSweeper(ports.now() + UNAVAILABLE_MS);
      const patience = held.size < MANY_HELD ? CALLER_WAITS_MS : CALLER_WAITS_LONG_MS;
      await Promise.race([held.get(id) ?? start(id, channelId), ports.sleep(patience)]);
    },
    place: (holder, limit) => line.take(holder, [limit]),
  };
}

function deliverPortsOf(
  ports: ChannelPorts,
  journal: SendJournal,
  line: RateReservations,
): DeliverPorts {
  let configs: { at: number; list: Promise<ChannelConfig[]> } | undefined;
  const { store, env, fetch, now, random, sleep } = ports;
  return {
    store: {
      ...store,
      setChannelStatus(id, status, reason) {
        configs = undefined;
        ports.log({ stage: "deliver", level: "warn", channel: `${id}`, outcome: status, reason });
        return store.setChannelStatus(id, status, reason);
      },
      updateChannel(id, patch) {
        configs = undefined;
        return store.updateChannel(id, patch);
      },
    },
    async channels(since = now() - CONFIG_FRESH_MS) {
      if (!configs || configs.at < since) configs = { at: now(), list: store.channels() };
      const { list } = configs;
      return list.catch((error) => {
        if (configs?.list === list) configs = undefined;
        throw error;
      });
    },
    async pace(holder, limits) {
      const own = limits.filter(({ shared }) => !shared);
      const shared = limits
        .filter(({ shared }) => shared)
        .map((limit) => ports.sharedPlace(holder, limit));
      return Math.max(line.take(holder, own), ...(await Promise.all(shared)));
    },
    kind: channelKind,
    env,
    fetch,
    now,
    random,
    sleep,
    turn: limitConcurrency(SENDS),
    journal,
    telemetry: ports.called,
    log: ({ eventKey, text }) => ports.log({ stage: "notify", eventKey, reason: text }),
    leaseToken: ports.uuid,
    attempted: (row, attempt) => void ports.broadcast([liveDelivery(row, attempt)]),
  };
}

const liveDelivery = (
  { id, eventKey, payload, retryCount }: Delivery,
  attempt: { channel: string; result: string; at: string },
): LiveMessage => ({
  event: "delivery",
  deliveryId: id,
  eventKey,
  chain: payload.chain,
  symbol: payload.symbol,
  score: payload.score,
  attempt: retryCount + 1,
  ...attempt,
});

function report(id: number, outcome: DeliverOutcome, { log, telemetry }: RuntimePorts): void {
  const record = { stage: "deliver", deliveryId: id, outcome: outcome.kind };
  if (
    outcome.kind === "closed" ||
    outcome.kind === "lost-lease" ||
    outcome.kind === "unavailable"
  ) {
    log(record);
    return;
  }
  const { channel, result, ambiguous } = outcome;
  const reason = outcome.kind === "done" ? outcome.result : outcome.reason;
  log({ ...record, reason, ...(channel !== undefined && { channel }) });
  if (channel === undefined || result === undefined) return;
  telemetry.count("delivery_total", { channel, result });
  if (channel === "telegram") telemetry.count("telegram_send_total", { result });
  if (ambiguous) telemetry.count("delivery_ambiguous_total", { channel });
  if (outcome.kind !== "done") return;
  telemetry.observe("pipeline_latency_ms", { stage: "deliver" }, outcome.waitedMs);
  if (outcome.endToEndMs !== undefined) telemetry.observe("end_to_end_ms", {}, outcome.endToEndMs);
}
