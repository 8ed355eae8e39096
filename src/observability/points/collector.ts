import { type MetricLabels, type MetricName, writtenKey } from "../metrics.ts";
import type { Telemetry } from "../telemetry.ts";
import {
  AMOUNT_NAMES,
  type Amount,
  DIMENSION_NAMES,
  type Dimension,
  WITHOUT_POINTS,
} from "./columns.ts";

/** One point of the dataset. `index` is the key by which Analytics Engine samples. */
export type DataPoint = { index: string; blobs: string[]; doubles: number[] };

/**
 * Collects what stages report as points. `drain` hands over at most `max` of them; what is more is
 * folded, and what still does not fit stays for the next drain, so that no series is lost.
 */
export type PointCollector = Telemetry & {
  drain(max: number): DataPoint[];
  /** Where the isolate runs, once it is known. */
  setColo(colo: string): void;
};

type Amounts = Record<Amount, number>;
type Series = {
  labels: Partial<Record<Dimension, string>>;
  held: Amounts[];
  /** Of those held, the plain latencies, by their milliseconds. */
  latencies: Map<number, Amounts>;
};

/** Amounts held between two drains; beyond them each series is folded to one point. */
const MAX_HELD = 20_000;
const TENANT = "default";

export function pointCollector(): PointCollector {
  let series = new Map<string, Series>();
  /** The same by the labels as callers write them, whose order is that of their code. */
  let written = new Map<string, Series>();
  let held = 0;
  let colo = "";

  function seriesOf(metric: MetricName, labels: MetricLabels): Series {
    const asWritten = writtenKey(metric, labels);
    const seen = written.get(asWritten);
    if (seen !== undefined) return seen;
    const known: Partial<Record<Dimension, string>> = { tenant: TENANT, ...labels, metric };
    const key = DIMENSION_NAMES.map((name) => known[name] ?? "").join("\u0000");
    const found = series.get(key) ?? { labels: known, held: [], latencies: new Map() };
    series.set(key, found);
    written.set(asWritten, found);
    return found;
  }

  function add(into: Series, given: Partial<Amounts>): Amounts {
    const amounts = { ms: 0, count: 1, bytes: 0, attempts: 0, value: 0, ...given };
    into.held.push(amounts);
    held += 1;
    if (held > MAX_HELD) {
      for (const each of series.values()) {
        each.held = fold(each.held, 1);
        each.latencies.clear();
      }
      held = series.size;
    }
    return amounts;
  }

  /** Equal latencies are one point, whose count says of how many. */
  function addLatency(into: Series, ms: number): void {
    const same = into.latencies.get(ms);
    if (same !== undefined) same.count += 1;
    else into.latencies.set(ms, add(into, { ms }));
  }

  return {
    setColo(name) {
      colo = name;
    },
    count(name, labels = {}, by = 1, amounts) {
      if (WITHOUT_POINTS.includes(name)) return;
      const into = seriesOf(name, labels);
      const last = into.held.at(-1);
      if (amounts === undefined && last !== undefined) last.count += by;
      else add(into, { ...amounts, count: by });
    },
    observe(name, labels, ms, amounts) {
      const into = seriesOf(name, labels);
      if (amounts === undefined) addLatency(into, ms);
      else add(into, { ...amounts, ms });
    },
    sample(name, labels, value) {
      const into = seriesOf(name, labels);
      into.held = [];
      add(into, { value });
    },
    drain(max) {
      const now = [...series.values()].slice(0, max);
      const later = [...series].slice(max);
      series = new Map(later);
      written = new Map();
      held = later.reduce((sum, [, each]) => sum + each.held.length, 0);
      const shares = slotsOf(
        now.map((each) => each.held.length),
        max,
      );
      return now.flatMap(({ labels, held: amounts }, at) =>
        fold(amounts, shares[at] ?? 1).map((folded) => ({
          index: labels.source ?? TENANT,
          blobs: DIMENSION_NAMES.map((name) => (name === "colo" ? colo : (labels[name] ?? ""))),
          doubles: AMOUNT_NAMES.map((name) => folded[name]),
        })),
      );
    },
  };
}

/** How many points each series gets, of `max`: one, and of the rest its share by size. */
function slotsOf(sizes: number[], max: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= max) return sizes;
  const free = max - sizes.length;
  const surplus = total - sizes.length;
  return sizes.map((size) => 1 + Math.floor((free * (size - 1)) / surplus));
}

/**
 * At most `most` points for all of these: neighbours by time are joined to their mean, and `count`
 * says of how many, so that sums stay exact and percentiles close.
 */
function fold(amounts: Amounts[], most: number): Amounts[] {
  if (amounts.length <= most) return amounts;
  const sorted = amounts.toSorted((a, b) => a.ms - b.ms || a.value - b.value);
  return Array.from({ length: most }, (_, n) => {
    const from = Math.floor((n * sorted.length) / most);
    const to = Math.floor(((n + 1) * sorted.length) / most);
    return joined(sorted.slice(from, to));
  });
}

function joined(amounts: Amounts[]): Amounts {
  const count = amounts.reduce((sum, each) => sum + each.count, 0);
  const mean = (name: Amount) =>
    amounts.reduce((sum, each) => sum + each[name] * each.count, 0) / Math.max(1, count);
  const [ms, bytes, attempts, value] = [mean("ms"), mean("bytes"), mean("attempts"), mean("value")];
  return { ms, count, bytes, attempts, value };
}
