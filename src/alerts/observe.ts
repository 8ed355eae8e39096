import { AUDIT_OVERLAP_MS, type AuditPage, type AuditRange } from "../audit/audit-range.ts";
import type { ProviderStatus } from "../http/provider-guard.ts";
import { iso } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { MetricsSnapshot } from "../observability/collector.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import type { ChannelStore } from "../store/channels.ts";
import type { OverviewStore } from "../store/overview.ts";
import { type CountSample, countWindow, isAtWork, sampleCounts } from "./counts.ts";
import type { DatabaseLook, KnownPipeline, QueueDepth } from "./gather.ts";
import { pacesAfter, type SourcePaces } from "./source-pace.ts";

export type ObservePorts = Pick<RuntimePorts, "now" | "log"> & {
  totals(): Promise<MetricsSnapshot>;
  /** The services that this deployment calls. */
  usedProviders: readonly string[];
  provider(name: string): Promise<ProviderStatus>;
  store: Pick<OverviewStore, "backlog"> & Pick<ChannelStore, "channels">;
  audit(range: AuditRange): Promise<AuditPage>;
  /** See AuditStore. */
  coverAudit(until: string): Promise<{ found: number; more: boolean }>;
};

/** What is remembered of the pipeline from one tick to the next. */
export type Observed = {
  providers: ProviderStatus[];
  sources: SourcePaces;
  look: DatabaseLook | null;
  /** As the database has them: with their secrets sealed, where there is a key. */
  channels: ChannelConfig[];
  /** What each audit of the last day found. */
  audits: { at: number; found: number }[];
  auditedUntil: string | null;
};

export const NOTHING_OBSERVED: Observed = {
  providers: [],
  sources: {},
  look: null,
  channels: [],
  audits: [],
  auditedUntil: null,
};

const HOUR = 3_600_000;
const AUDIT_PAGE = 100;
/** What an hour holds beyond these is left to `stream audit`. */
const AUDIT_PAGES = 5;
/** More than an hour at the highest rate holds; while the database is new to the audit, hours. */
const COVERED_AT_ONCE = 40;

/**
 * What is known of the pipeline now. The database is asked only where something happened that asks
 * it anyway, so that an idle one sleeps: what it holds does not change while nothing happens. One
 * that did not answer is asked until it does.
 */
export async function observe(
  before: Observed,
  samples: readonly CountSample[],
  queues: Record<string, QueueDepth>,
  ports: ObservePorts,
): Promise<{ observed: Observed; known: KnownPipeline; sample: CountSample }> {
  const now = ports.now();
  const last = samples.at(-1);
  const totals = await ports.totals().catch(() => null);
  const sample =
    totals === null ? { at: now, counts: last?.counts ?? {} } : sampleCounts(totals, now);
  const awake = before.look === null || !before.look.up || isAtWork(last, sample);
  const [providers, database] = await Promise.all([
    askProviders(before.providers, last, sample, ports),
    awake ? askDatabase(before, ports) : { ...before, look: asleep(before.look) },
  ]);
  const sources = pacesAfter(before.sources, last, sample);
  const observed = { ...database, providers, sources };
  const { look, audits } = observed;
  const auditFindings = audits.reduce((sum, { found }) => sum + found, 0);
  const windowOf = (minutes: number) => countWindow(samples, sample, minutes);
  const known = { now, windowOf, queues, providers, sources, look, auditFindings };
  return { observed, known, sample };
}

const asleep = (look: DatabaseLook | null): DatabaseLook | null => look && { ...look, ms: null };

async function askDatabase(before: Observed, ports: ObservePorts): Promise<Observed> {
  const began = ports.now();
  try {
    const backlog = await ports.store.backlog();
    const ms = ports.now() - began;
    const channels = await ports.store.channels();
    const named = channels.map(({ name, status, failingSince }) => ({
      name,
      status,
      failingSince,
    }));
    const look = { up: true, ms, backlog, channels: named };
    const seen = { ...before, look, channels };
    return await audited(seen, ports).catch((error: unknown) => unaudited(seen, error, ports));
  } catch (error) {
    const { backlog = null, channels = [] } = before.look ?? {};
    ports.log({ stage: "alert", level: "warn", outcome: "database", reason: String(error) });
    return { ...before, look: { up: false, ms: null, backlog, channels } };
  }
}

/** Counts again, once an hour, what was committed since the last time. */
async function audited(observed: Observed, ports: ObservePorts): Promise<Observed> {
  const now = ports.now();
  const since = observed.auditedUntil ?? iso(now - HOUR);
  const last = observed.audits.at(-1)?.at ?? 0;
  if (now - last < HOUR) return observed;
  let found = await covered(ports);
  let cursor: string | null = null;
  let watermark = since;
  for (let n = 0; n < AUDIT_PAGES; n++) {
    const range = { since, until: iso(now), limit: AUDIT_PAGE, cursor };
    const page: AuditPage = await ports.audit(range);
    found += page.findings.length + page.unaccounted.length;
    watermark = page.watermark;
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return { ...withAudit(observed, now, found), auditedUntil: watermark };
}

/** Compares what changed and writes it into the books. What is dated a moment ago may be late. */
async function covered({ coverAudit, now }: ObservePorts): Promise<number> {
  const until = iso(now() - AUDIT_OVERLAP_MS);
  let found = 0;
  for (let n = 0; n < COVERED_AT_ONCE; n++) {
    const part = await coverAudit(until);
    found += part.found;
    if (!part.more) break;
  }
  return found;
}

const withAudit = (observed: Observed, now: number, found: number): Observed => ({
  ...observed,
  audits: [...observed.audits.filter(({ at }) => now - at < 24 * HOUR), { at: now, found }],
});

/** The database answers: that its audit fails says nothing else. The next hour goes on from there. */
function unaudited(observed: Observed, error: unknown, { now, log }: ObservePorts): Observed {
  log({ stage: "alert", level: "warn", outcome: "audit", reason: String(error) });
  return withAudit(observed, now(), 0);
}

/** Asks those that were called since, that were not well, or of which nothing is known. */
async function askProviders(
  before: readonly ProviderStatus[],
  last: CountSample | undefined,
  { counts }: CountSample,
  { usedProviders, provider }: ObservePorts,
): Promise<ProviderStatus[]> {
  const calls = (sample: CountSample["counts"] | undefined, name: string): number =>
    (sample?.[`provider ${name}`] ?? []).reduce((sum, count) => sum + count, 0);
  const asked = usedProviders.map(async (name) => {
    const known = before.find((status) => status.provider === name);
    const still =
      known !== undefined && isWell(known) && calls(counts, name) === calls(last?.counts, name);
    return still ? known : provider(name).catch(() => known);
  });
  return (await Promise.all(asked)).filter((status) => status !== undefined);
}

/** Nothing of it changes without a call: a breaker closes by one, and a spent budget at midnight. */
const isWell = ({ breaker, budget, budgetLeft }: ProviderStatus): boolean =>
  breaker === "closed" && (budget === null || (budgetLeft ?? 0) > budget / 2);
