import type { ProviderStatus } from "../http/provider-guard.ts";
import { type Clock, iso } from "../kit/time.ts";
import type { MetricsSnapshot } from "../observability/collector.ts";
import type { ActivityStore, StoreActivity } from "../store/activity.ts";
import type { Panel, PanelRange } from "./panels/panel.ts";
import type { AnalyticsQuery, AnalyticsRow } from "./query.ts";

/**
 * Rows of a panel and where they come from. points: the dataset of Analytics Engine, weighted by
 * its sampling. database: the tables. counters: /metrics, since the deployment began, whatever the
 * range. providers: as they are now. none: nothing could be read, and `note` says why.
 */
export type PanelReading = {
  source: "points" | "database" | "counters" | "providers" | "none";
  note: string | null;
  rows: AnalyticsRow[];
};

export type PanelPorts = {
  query: AnalyticsQuery;
  store: ActivityStore;
  totals(): Promise<MetricsSnapshot>;
  providers(): Promise<ProviderStatus[]>;
  now: Clock;
};

/** Loads at the first call, and answers the same to the later ones. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

/**
 * Reads panels over one range: tables and counters are read once for all of them. A panel that
 * cannot be read does not spoil the others.
 */
export async function readPanels(
  panels: readonly Panel[],
  range: PanelRange,
  ports: PanelPorts,
): Promise<PanelReading[]> {
  const { from, to, stepSeconds } = range;
  const activity = once(() =>
    ports.store.activity({ from: iso(from), to: iso(to), stepSeconds }, iso(ports.now())),
  );
  const totals = once(ports.totals);
  return Promise.all(
    panels.map((panel) =>
      readPanel(panel, range, { ...ports, activity, totals }).catch(
        (error): PanelReading => ({
          source: "none",
          note: `It cannot be read now: ${error instanceof Error ? error.message : error}`,
          rows: [],
        }),
      ),
    ),
  );
}

type Loaded = Pick<PanelPorts, "query" | "providers"> & {
  activity(): Promise<StoreActivity>;
  totals(): Promise<MetricsSnapshot>;
};

async function readPanel(panel: Panel, range: PanelRange, ports: Loaded): Promise<PanelReading> {
  const { sql, fallback } = panel;
  const answer = sql === null ? null : await ports.query(sql(range));
  if (answer?.kind === "rows") {
    const rows = panel.derive?.(answer.rows) ?? answer.rows;
    return { source: "points", note: null, rows };
  }
  const why = answer?.why ?? null;
  const failed = answer?.kind === "failed" ? `Points cannot be read now: ${why}.` : null;
  if (fallback === null)
    return { source: "none", note: failed ?? `This chart needs the analytics: ${why}.`, rows: [] };
  const note = [failed, fallback.note].filter((text) => text).join(" ") || null;
  switch (fallback.from) {
    case "database":
      return { source: "database", note, rows: fallback.rows(await ports.activity()) };
    case "metrics":
      return { source: "counters", note, rows: fallback.rows(await ports.totals()) };
    case "providers":
      return { source: "providers", note, rows: fallback.rows(await ports.providers()) };
  }
}
