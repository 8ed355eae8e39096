import type { BroadcastLive, LiveMessage } from "../observability/live.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import { callOrEnqueue, type DeliveryCalls } from "../outbox/enqueue.ts";
import type { Change } from "../store/events.ts";
import type { EventPorts } from "./event-actor.ts";

export type AfterCommitPorts = RuntimePorts &
  DeliveryCalls & {
    /** Asks the sweeper to look at the outbox no later than `at` (milliseconds). Never throws. */
    wakeSweeper(at: number): Promise<void>;
    broadcast: BroadcastLive;
  };

/** Deliveries that were handed to an object or to the queue are left to it this long. */
const TRUST_QUEUE_MS = 120_000;

/**
 * Before a commit, and not after it: of a commit whose answer is lost nobody may ever learn, when
 * the next look at the facts finds nothing new.
 */
export function expectDeliveries({
  now,
  wakeSweeper,
}: Pick<AfterCommitPorts, "now" | "wakeSweeper">): EventPorts["expectDeliveries"] {
  return async ({ outbox }) => {
    const times = outbox.map(({ notBefore }) =>
      notBefore === null ? [] : [Date.parse(notBefore)],
    );
    await wakeSweeper(Math.min(now() + TRUST_QUEUE_MS, ...times.flat()));
  };
}

/** What follows a commit. Whatever fails here is found by the sweeper. */
export function afterCommit(
  ports: Omit<AfterCommitPorts, "wakeSweeper">,
): EventPorts["afterCommit"] {
  const { log, telemetry, broadcast } = ports;
  return async (change, due) => {
    await callOrEnqueue(due, ports, (error) =>
      log({ stage: "announce", level: "warn", outcome: "queue_refused", reason: String(error) }),
    );
    const { type, chain, symbol, tokenCa } = change.event;
    const { state, score, rulesVersion } = change.signal;
    const about = { type, chain, token: symbol ?? tokenCa ?? "" };
    if (change.expectedRev === 0) telemetry.count("events_total", about);
    const labels = { ...about, state, rules_version: rulesVersion.slice(0, 12) };
    telemetry.count("signals_total", labels, 1, { value: score });
    await broadcast([liveSignal(change)]);
  };
}

const liveSignal = ({ event, signal }: Change): LiveMessage => ({
  event: "signal",
  eventKey: event.eventKey,
  chain: event.chain,
  symbol: event.symbol,
  tokenCa: event.tokenCa,
  type: event.type,
  state: signal.state,
  previousState: signal.previousState,
  score: signal.score,
  level: signal.level,
  riskLevel: signal.riskLevel,
  reasons: signal.reasons.map(({ text }) => text),
  degraded: signal.degraded,
  at: signal.ts,
});
