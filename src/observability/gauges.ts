import type { ProviderStatus } from "../http/provider-guard.ts";
import type { MetricGauge } from "./prometheus.ts";

export type GaugePorts = {
  overview(): Promise<{ outbox: { status: string; count: number }[]; deadLetters: number }>;
  /** Messages waiting in each queue; null where the platform does not say. */
  queueBacklogs(): Promise<Record<string, number | null>>;
  providers(): Promise<Pick<ProviderStatus, "provider" | "breaker">[]>;
  /** What the alerts know beside the counters. */
  facts(): Promise<MetricGauge[]>;
};

const BREAKER = { closed: 0, "half-open": 1, open: 2 };

/** Each part by itself: while the database is out the queues are what one wants to see. */
export async function readGauges(ports: GaugePorts): Promise<MetricGauge[]> {
  const parts = [tableGauges(ports), queueGauges(ports), breakerGauges(ports), ports.facts()];
  return (await Promise.all(parts.map((part) => part.catch(() => [])))).flat();
}

async function tableGauges({ overview }: GaugePorts): Promise<MetricGauge[]> {
  const { outbox, deadLetters } = await overview();
  const open = outbox.filter(({ status }) => status === "pending" || status === "failed");
  return [
    { name: "outbox_backlog", value: open.reduce((sum, { count }) => sum + count, 0) },
    { name: "dead_letters", value: deadLetters },
  ];
}

const queueGauges = async ({ queueBacklogs }: GaugePorts): Promise<MetricGauge[]> =>
  Object.entries(await queueBacklogs()).flatMap(([queue, value]) =>
    value === null ? [] : [{ name: "queue_backlog", labels: { queue }, value }],
  );

const breakerGauges = async ({ providers }: GaugePorts): Promise<MetricGauge[]> =>
  (await providers()).map(({ provider, breaker }) => ({
    name: "breaker_state",
    labels: { provider },
    value: BREAKER[breaker],
  }));
