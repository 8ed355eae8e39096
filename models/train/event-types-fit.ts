import { writeFileSync } from "node:fs";
import { EVENT_TYPES, type EventType } from "../../src/model/scalars.ts";
import { likeliestType } from "../../src/text/event-type/event-type.ts";
import {
  distinctRows,
  EVENT_TYPE_BITS,
  readEventType,
} from "../../src/text/event-type/features.ts";
import type { EventTypeModel } from "../../src/text/event-type/model.ts";
import { MAX_CELL, packTable } from "../../src/text/hashing/sparse-matrix.ts";
import { type Fit, type Linear, learn, type Sample, scoresOf } from "./linear.ts";
import { foldOf, readRows } from "./rows.ts";

export const TYPE_FOLDS = 10;
const FIT: Fit = {
  rows: 1 << EVENT_TYPE_BITS,
  classes: EVENT_TYPES.length,
  epochs: 60,
  rate: 0.3,
  decay: 0.0001,
};

export type TypedRow = { text: string; type: EventType };
/** `fold`: near-copies share one. */
export type TypedSample = Sample & { fold: number };

export function typedSample({ text, type }: TypedRow, weight = 1): TypedSample {
  const { rows, value } = distinctRows(readEventType(text));
  const values = new Float32Array(rows.length).fill(value);
  return {
    rows: Int32Array.from(rows),
    values,
    label: EVENT_TYPES.indexOf(type),
    weight,
    fold: foldOf(text, TYPE_FOLDS),
  };
}

/** The posts with a type that we wrote ourselves. */
export function shippedTypedRows(): TypedRow[] {
  const own = new URL("../data", import.meta.url).pathname;
  return ["event-types", "event-reports", "event-news"].flatMap((name) =>
    readRows<TypedRow>(own, name),
  );
}

/** The weights as whole steps. */
function quantise({ weights, bias }: Linear): { cells: Int8Array; step: number; bias: number[] } {
  const sizes = weights.filter(Boolean).map(Math.abs).sort();
  const step = (sizes[Math.floor(sizes.length * 0.995)] ?? 1) / MAX_CELL;
  const cells = Int8Array.from(weights, (weight) =>
    Math.max(-MAX_CELL, Math.min(MAX_CELL, Math.round(weight / step))),
  );
  return { cells, step, bias: [...bias] };
}

/** A softmax regression whose weights are rounded as they ship. */
export type TypeFit = { model: EventTypeModel; typeOf(sample: Sample): number };

export function fitTypes(samples: readonly Sample[]): TypeFit {
  const { cells, step, bias } = quantise(learn(samples, FIT));
  const linear: Linear = {
    weights: Float32Array.from(cells, (cell) => cell * step),
    bias: Float64Array.from(bias),
  };
  return {
    model: { step, bias, table: packTable(cells) },
    typeOf: (sample) => likeliestType(scoresOf(linear, sample)).column,
  };
}

/** F1 of each type that stands in `gold`, by its column in EVENT_TYPES. */
export function typeF1(gold: readonly number[], said: readonly number[]): Map<number, number> {
  const f1 = (type: number) => {
    const hits = gold.filter((label, i) => label === type && said[i] === type).length;
    const all = gold.filter((label) => label === type).length;
    return (2 * hits) / (all + said.filter((label) => label === type).length);
  };
  return new Map([...new Set(gold)].sort((a, b) => a - b).map((type) => [type, f1(type)]));
}
export const meanOf = (values: Iterable<number>): number => {
  const all = [...values];
  return all.reduce((sum, value) => sum + value, 0) / all.length;
};

const WEIGHTS = new URL("../../src/text/event-type/weights/event-type.ts", import.meta.url);

export function writeTypeWeights({ step, bias, table }: EventTypeModel): void {
  writeFileSync(
    WEIGHTS,
    `/** Written by models/train/event-types.ts; not for reading. */
import type { EventTypeModel } from "../model.ts";

export const EVENT_TYPE_WEIGHTS: EventTypeModel = {
  step: ${step.toFixed(6)},
  bias: [${bias.map((each) => each.toFixed(4)).join(", ")}],
  table: ${JSON.stringify(table)},
};
`,
  );
}
