import { snakeCased } from "../../kit/case.ts";
import type { SignalNotification } from "../../model/delivery.ts";

/**
 * One revision of an event with its signal, as a sink stores it. `key` is the same in every repeat;
 * of an event the row with the highest `rev` is the latest.
 */
export type SinkRow = Record<string, unknown> & { key: string; event_key: string };

const NO_REVISION = {
  rev: 0,
  subject: "",
  windowStart: null,
  startTs: null,
  lastTs: null,
  onchainAsofTs: null,
  onchainConfidence: null,
  facts: {},
};

export function sinkRow({ v: _, stream, ...signal }: SignalNotification): SinkRow {
  const { facts, ...revision } = stream ?? NO_REVISION;
  return {
    ...(snakeCased({ ...signal, reasons: undefined, ...revision }) as object),
    key: `${signal.eventKey}#${revision.rev}`,
    event_key: signal.eventKey,
    reasons: signal.reasons.map(({ text }) => text),
    rules: signal.reasons.map(({ rule }) => rule),
    // Rules' names of facts change with the enrichers, so that no table could have their columns.
    facts: JSON.stringify(facts),
  };
}

/** One JSON object a line (ndjson.org). */
export const ndjsonOf = (rows: readonly SinkRow[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** What all sinks share: many rows in one request, tried for days, in no order. */
export const SINK = {
  policy: "stream",
  digests: null,
  stream: { rows: 200, bytes: 1_000_000 },
  threads: false,
  missing: () => null,
} as const;
