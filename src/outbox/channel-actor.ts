import type { PaceLimit } from "../channels/channel.ts";
import { channelKind, isStreamKind } from "../channels/registry.ts";
import { cached } from "../concurrency/cached.ts";
import { limitConcurrency } from "../concurrency/semaphore.ts";
import type { CallRecord, FetchLike } from "../http/request.ts";
import type { Random } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { Delivery } from "../model/delivery.ts";
import { isDefaultTenant, type TenantQuota } from "../model/tenant.ts";
import type { BroadcastLive, LiveMessage } from "../observability/live.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import type { WriteSpan } from "../observability/spans/span.ts";
import { deliver } from "../pipeline.ts";
import { collectsFor, type Routes } from "../routing/routes.ts";
import type { ChannelEnv } from "../settings/settings.ts";
import { StoreUnavailable } from "../store/index.ts";
import { type RateReservations, rateReservations, type TatMemory } from "./gcra.ts";
import { messageTrace } from "./message-trace.ts";
import type { DeliverOutcome, DeliverPorts, RecordedAttempt, SendJournal } from "./ports.ts";

/** What the actor of a channel needs; workers/compose provides it. */
export type ChannelPorts = RuntimePorts & {
  store: DeliverPorts["store"] & { channels(): Promise<ChannelConfig[]> };
  /** A tenant's routes in force; null without any. */
  routes(tenant: string): Promise<Routes | null>;
  /** Of a tenant other than the default one. */
  quotas(tenant: string): Promise<TenantQuota>;
  env: ChannelEnv;
  fetch: FetchLike;
  random: Random;
  uuid(): string;
  sleep(ms: number): Promise<void>;
  /** Each outside call, for the metrics. */
  called(record: CallRecord): void;
  broadcast: BroadcastLive;
  /** Asks the sweeper to run no later than `at`. Never throws. */
  wakeSweeper(at: number): Promise<void>;
  /**
   * Reserves a send under a limit that several channels share, at the actor of that limit. Answers
   * how long to wait, in milliseconds.
   */
  reserveShared(holder: number, limit: PaceLimit): Promise<number>;
  /** The same under a limit of another channel, at that channel's actor. */
  reserveOther(channelId: number, holder: number, limit: PaceLimit): Promise<number>;
};

/** What outlives the object. */
export type ChannelMemory = { tats: TatMemory; journal: SendJournal };

export type ChannelActor = {
  /**
   * Attempts a delivery. Resolves when it ended, or after a short time while it goes on: a target
   * that hangs must not delay the queue, and the row in the outbox is the authority whatever
   * happens to this call. Throws StoreUnavailable when the attempt could not be made.
   */
  deliver(id: number, channelId: number): Promise<void>;
  /** Reserves a send under a limit of which this is the actor: its own, or a shared one. */
  reserve(holder: number, limit: PaceLimit): number;
};

const CONFIG_FRESH_MS = 5_000;
/** Sends at a time. A Worker has six connections; two are left for the database. */
const SENDS = 4;
/**
 * Deliveries under way at a time: while some are sent, the next are claimed and the last are
 * closed, several in one statement.
 */
const UNDER_WAY = 16;
/** Deliveries beyond this number wait in the outbox, until the sweeper sends them again. */
const MAX_HELD = 200;
/**
 * How long the queue waits for a delivery: briefly, so that one which waits for a rate limit delays
 * no other, but longer while many are held.
 */
const CALLER_WAITS_MS = 250;
const MANY_HELD = 50;
const CALLER_WAITS_LONG_MS = 2_000;
/** The actor sleeps through a wait up to this long; the sweeper takes care of longer ones. */
const SLEEP_MS = 3_000;
const LEAST_SLEEP_MS = 50;
/** After this many short waits a delivery gives way: those it waits for may need its place. */
const MAX_LOOKS = 15;
const UNAVAILABLE_MS = 30_000;
const FULL_MS = 2_000;

export function channelActor(ports: ChannelPorts, memory: ChannelMemory): ChannelActor {
  const reservations = rateReservations(ports.now, memory.tats);
  const deliverPorts = deliverPortsOf(ports, memory.journal, reservations);
  const concurrent = limitConcurrency(UNDER_WAY);
  const alone = limitConcurrency(1);
  const held = new Map<number, Promise<void>>();

  /**
   * Deliveries of a channel with digests, or of a stream, run one at a time: the first takes the
   * others into its message. If all were claimed at once, each would be sent by itself. Those of
   * other channels are claimed for their send, unless a claim that was never sent must not look
   * like a send (at_most_once).
   */
  async function laneOf(channelId: number): Promise<{ run: typeof alone; sendMs: number | null }> {
    const configs = await deliverPorts.channels().catch(() => []);
    const config = configs.find(({ id }) => id === channelId);
    if (config === undefined) return { run: concurrent, sendMs: null };
    const routes = await deliverPorts.routes(config.tenant).catch(() => null);
    const collects =
      config.filter.digestMinutes > 0 ||
      isStreamKind(config.kind) ||
      (routes !== null && collectsFor(routes, config.name));
    if (collects) return { run: alone, sendMs: null };
    const sendMs = config.atMostOnce ? null : (channelKind(config.kind)?.sendMs ?? null);
    return { run: concurrent, sendMs };
  }

  /**
   * Attempts a delivery until it ends or must wait longer than SLEEP_MS. It sleeps outside the
   * concurrency limit, because the deliveries that it waits for may need a place.
   */
  async function attempts(id: number, channelId: number): Promise<void> {
    let turn: string | undefined;
    for (let looks = 1; ; looks++) {
      const { run, sendMs } = await laneOf(channelId);
      const outcome = await run(() => deliver(id, deliverPorts, { sendMs, turn }));
      report(id, outcome, ports);
      if (outcome.kind === "unavailable") {
        mayBeLeft = true;
        await ports.wakeSweeper(ports.now() + UNAVAILABLE_MS);
        throw new StoreUnavailable("the outbox is out of reach");
      }
      if (outcome.kind === "done" && outcome.repeatAt !== undefined)
        await ports.wakeSweeper(outcome.repeatAt);
      if (outcome.kind !== "later") return;
      const wait = outcome.at - ports.now();
      if (wait > SLEEP_MS || looks === MAX_LOOKS) return ports.wakeSweeper(outcome.at);
      turn = outcome.behind?.turn;
      const older = outcome.behind && held.get(outcome.behind.olderId);
      const slept = ports.sleep(Math.max(wait, LEAST_SLEEP_MS));
      await (older ? Promise.race([older.catch(() => undefined), slept]) : slept);
    }
  }

  function start(id: number, channelId: number): Promise<void> {
    const run = attempts(id, channelId).finally(() => held.delete(id));
    // The caller may have stopped waiting; the sweeper has been woken.
    run.catch(() => undefined);
    held.set(id, run);
    return run;
  }

  /** The journal may hold sends of an earlier instance, or of a close whose answer was lost. */
  let mayBeLeft = true;

  /**
   * Ends what the journal holds and nobody asks for any more: a row that was closed, although the
   * answer was lost, is due no more.
   */
  async function clearJournal(channelId: number): Promise<void> {
    mayBeLeft = false;
    for (const id of await memory.journal.ids()) if (!held.has(id)) start(id, channelId);
  }

  return {
    async deliver(id, channelId) {
      if (mayBeLeft) await clearJournal(channelId);
      if (held.size >= MAX_HELD) return ports.wakeSweeper(ports.now() + FULL_MS);
      const patience = held.size < MANY_HELD ? CALLER_WAITS_MS : CALLER_WAITS_LONG_MS;
      await Promise.race([held.get(id) ?? start(id, channelId), ports.sleep(patience)]);
    },
    reserve: (holder, limit) => reservations.reserve(holder, [limit]),
  };
}

function deliverPortsOf(
  ports: ChannelPorts,
  journal: SendJournal,
  reservations: RateReservations,
): DeliverPorts {
  const { store, env, fetch, now, random, sleep } = ports;
  const configs = cached(() => store.channels(), {
    ttlMs: CONFIG_FRESH_MS,
    shareLoad: true,
    now,
  });
  return {
    store: {
      ...store,
      setChannelStatus(id, status, reason) {
        configs.expire();
        ports.log({ stage: "deliver", level: "warn", channel: `${id}`, outcome: status, reason });
        return store.setChannelStatus(id, status, reason);
      },
      async recordFailure(id, at, refused) {
        const failures = await store.recordFailure(id, at, refused);
        if (failures?.failures === 1) configs.expire();
        return failures;
      },
      updateChannel(id, patch) {
        configs.expire();
        return store.updateChannel(id, patch);
      },
    },
    channels: configs.get,
    async reserve(holder, limits) {
      const own = limits.filter(({ shared }) => !shared);
      const shared = limits
        .filter(({ shared }) => shared)
        .map((limit) => ports.reserveShared(holder, limit));
      return Math.max(reservations.reserve(holder, own), ...(await Promise.all(shared)));
    },
    rest: (limits, ms) =>
      reservations.rest(
        limits.filter(({ shared }) => !shared),
        ms,
      ),
    async reserveAt(channelId, holder, limits) {
      const waits = limits.map((limit, n) =>
        limit.shared
          ? ports.reserveShared(holder, limit)
          : ports.reserveOther(channelId, holder - n, limit),
      );
      return Math.max(0, ...(await Promise.all(waits)));
    },
    routes: ports.routes,
    quotas: ports.quotas,
    kind: channelKind,
    env,
    fetch,
    now,
    random,
    sleep,
    limitSends: limitConcurrency(SENDS),
    journal,
    telemetry: ports.called,
    log: ({ eventKey, text }) => ports.log({ stage: "notify", eventKey, reason: text }),
    leaseToken: ports.uuid,
    onAttempt(row, attempt) {
      const { kind: channel, result, ms } = attempt;
      const labels = { stage: "notify", channel, result };
      const attempts = { attempts: row.retryCount + 1 };
      ports.telemetry.observe("pipeline_latency_ms", labels, ms, attempts);
      const sent = ["ok", "empty", "partial"].includes(result) ? "ok" : "failed";
      const own = isDefaultTenant(attempt);
      const name = own ? attempt.channel : `${attempt.tenant}/${attempt.channel}`;
      ports.telemetry.count("channel_sends_total", { name, result: sent });
      writeAttempt(ports.span, row, attempt, sent === "ok");
      // A stream's rows would drown what people listen for, and a tenant's are for it alone.
      if (!row.payload.stream && own) void ports.broadcast([liveDelivery(row, attempt)]);
    },
  };
}

/** An attempt, in the trace of the first post that set it off. */
function writeAttempt(
  span: WriteSpan | undefined,
  row: Delivery,
  { kind, channel, result, ms, at }: RecordedAttempt,
  ok: boolean,
): void {
  const { traceId, spanId, parent, sampled, links } = messageTrace([row], `${row.id}`);
  if (!sampled) return;
  span?.({
    ...{ traceId, spanId, parentId: parent, name: `notify ${kind}`, ms, links },
    at: Date.parse(at) - ms,
    attributes: {
      ...{ "channel.name": channel, "delivery.id": row.id, "delivery.result": result },
      ...{ "delivery.attempt": row.retryCount + 1, "event.key": row.eventKey },
    },
    failure: ok ? undefined : result,
  });
}

const liveDelivery = (
  { id, eventKey, payload, retryCount }: Delivery,
  { channel, result, at }: RecordedAttempt,
): LiveMessage => ({
  event: "delivery",
  deliveryId: id,
  eventKey,
  chain: payload.chain,
  symbol: payload.symbol,
  tokenCa: payload.tokenCa,
  type: payload.type,
  state: payload.state,
  level: payload.level,
  score: payload.score,
  attempt: retryCount + 1,
  channel,
  result,
  at,
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
  const { channel, result, ambiguous, traceId } = outcome;
  const reason = outcome.kind === "done" ? outcome.result : outcome.reason;
  log({ ...record, reason, ...(channel && { channel }), ...(traceId && { traceId }) });
  if (channel === undefined || result === undefined) return;
  telemetry.count("delivery_total", { channel, result });
  if (channel === "telegram") telemetry.count("telegram_send_total", { result });
  if (ambiguous) telemetry.count("delivery_ambiguous_total", { channel });
  if (outcome.kind !== "done") return;
  telemetry.observe("pipeline_latency_ms", { stage: "deliver" }, outcome.waitedMs);
  if (outcome.endToEndMs !== undefined) telemetry.observe("end_to_end_ms", {}, outcome.endToEndMs);
}
