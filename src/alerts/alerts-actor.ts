import { serial } from "../concurrency/serial.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import { WINDOW_MINUTES } from "./alert-facts.ts";
import { nextStates } from "./alert-states.ts";
import { type AlertsView, alertsView } from "./alerts-view.ts";
import { keptSamples } from "./counts.ts";
import { matchAlerts } from "./evaluate.ts";
import { gatherFacts, type QueueDepth } from "./gather.ts";
import { beat, type HeartbeatTarget } from "./heartbeat.ts";
import { type AlertMemory, type KeptAlerts, NOTHING_KEPT } from "./kept-alerts.ts";
import type { AlertSet } from "./load-alerts.ts";
import { enqueueNotices } from "./notice-queue.ts";
import { type Observed, type ObservePorts, observe } from "./observe.ts";
import { type NoticePorts, noticeSender } from "./send-notices.ts";
import { type AlertSilence, MAX_SILENCES, silenceOf } from "./silence.ts";

export type AlertsPorts = ObservePorts &
  NoticePorts & {
    /** The alerts in force. */
    alerts(): Promise<AlertSet>;
    /** Opens the secrets of stored channels. */
    openChannels(stored: readonly ChannelConfig[]): Promise<ChannelConfig[]>;
    heartbeat: HeartbeatTarget | null;
    /** Keeps the object alive for sends that no tick waits for. */
    defer(work: Promise<void>): void;
  };

export type AlertsTick = { at: number; queues: Record<string, QueueDepth> };

export type AlertsActor = {
  /**
   * Evaluates the alerts, once a minute however often it is called, and calls the heartbeat. What
   * changed is told beside it: a channel that hangs delays neither. Throws nothing: what failed is
   * tried with the next tick.
   */
  tick(tick: AlertsTick): Promise<void>;
  view(): AlertsView;
  /** False: so many are in force that it takes no more. */
  addSilence(silence: AlertSilence): boolean;
  /** Ends it now. False: there is none of that id. */
  endSilence(id: string): boolean;
};

export function alertsActor(ports: AlertsPorts, memory: AlertMemory): AlertsActor {
  const inTurn = serial();
  let kept: KeptAlerts = { ...NOTHING_KEPT, ...memory.read() };
  const keep = (change: Partial<KeptAlerts>): void => {
    kept = { ...kept, ...change };
    memory.write(change);
  };

  async function evaluate({ at, queues }: AlertsTick): Promise<void> {
    const minute = Math.floor(at / 60_000);
    if (minute <= kept.minute) return;
    const samples = keptSamples(memory.samples(), ports.now());
    const { observed, known, sample } = await observe(kept, samples, queues, ports);
    const { alerts } = await ports.alerts();
    const { now } = known;
    const silences = kept.silences.filter(({ until }) => now < Date.parse(until));
    const factsOf = (minutes: number) => gatherFacts(known, minutes);
    const { notices, ...held } = nextStates(kept, matchAlerts(alerts, factsOf), silences, now);
    // States and notices are written together: neither is without the other after a crash.
    const queue = enqueueNotices(kept.queue, notices, now);
    keep({ ...observed, ...held, minute, silences, queue, facts: factsOf(WINDOW_MINUTES) });
    memory.addSample(minute, sample);
    report(notices.length, held.states.length);
    sampleBreakers(observed.providers);
    ports.defer(tell().catch(reportFault));
    await pulse(now);
  }

  /** The course of the breakers: a point for each minute in which one is not closed. */
  function sampleBreakers(providers: Observed["providers"]): void {
    for (const { provider, breaker } of providers)
      if (breaker !== "closed")
        ports.telemetry.sample(
          "breaker_state",
          { provider, state: breaker },
          breaker === "open" ? 2 : 1,
        );
  }

  const reportFault = (error: unknown): void =>
    ports.log({ stage: "alert", level: "error", outcome: "failed", reason: String(error) });

  function report(notices: number, states: number): void {
    if (notices > 0) ports.log({ stage: "alert", outcome: "changed", count: states });
  }

  const send = noticeSender(ports, {
    read: () => kept.queue,
    write: (queue) => keep({ queue }),
  });

  async function tell(): Promise<void> {
    if (kept.queue.length === 0) return;
    await send(await ports.openChannels(await storedChannels()));
  }

  /** Those of the last look are good enough while the database is out. */
  const storedChannels = (): Promise<readonly ChannelConfig[]> =>
    ports.store.channels().then(
      (channels) => {
        keep({ channels });
        return channels;
      },
      () => kept.channels,
    );

  /** Silence of the heartbeat is the alarm of last resort: nothing critical may be firing. */
  async function pulse(now: number): Promise<void> {
    const critical = kept.states.some(
      (state) =>
        state.status === "firing" &&
        state.severity === "critical" &&
        !silenceOf(state, kept.silences, now),
    );
    const { fetch, called: telemetry, heartbeat: target } = ports;
    if (critical && target !== null) return keep({ heartbeat: { kind: "withheld" } });
    keep({ heartbeat: await beat(target, { fetch, now: ports.now, telemetry }) });
  }

  return {
    tick: (tick) => inTurn(() => evaluate(tick)).catch(reportFault),
    view: () => alertsView(kept, ports.now()),
    addSilence(silence) {
      const now = ports.now();
      const silences = kept.silences.filter(({ until }) => now < Date.parse(until));
      if (silences.length >= MAX_SILENCES) return false;
      keep({ silences: [...silences, silence] });
      return true;
    },
    endSilence(id) {
      const silences = kept.silences.filter((silence) => silence.id !== id);
      const found = silences.length < kept.silences.length;
      if (found) keep({ silences });
      return found;
    },
  };
}
