import * as z from "zod";
import { EVENT_TYPES, EventType } from "../../src/model/scalars.ts";
import { eventType } from "../../src/text/event-type/event-type.ts";
import {
  fitTypes,
  meanOf,
  shippedTypedRows,
  TYPE_FOLDS,
  type TypedRow,
  typedSample,
  typeF1,
  writeTypeWeights,
} from "./event-types-fit.ts";
import { type OwnModel, type OwnTrainer, requireEnough } from "./own.ts";

const Row = z.object({ text: z.string().min(1), type: EventType });

const FEWEST = 20;
const [HELD_OUT_OF, MENTION] = [5, EVENT_TYPES.indexOf("mention")];

/** Own posts and those that ship teach together: a file seldom has posts of every type. */
function train(rows: readonly TypedRow[]): OwnModel {
  const types = [...new Set(rows.map(({ type }) => type))];
  requireEnough(
    rows.map(({ type }) => type),
    types,
    FEWEST,
  );
  const own = rows.map((row) => typedSample(row));
  const foldOfRow = (i: number) => Math.floor(((own[i]?.fold ?? 0) * HELD_OUT_OF) / TYPE_FOLDS);
  const shippedRows = shippedTypedRows().map((row) => typedSample(row));
  const fits = Array.from({ length: HELD_OUT_OF }, (_, held) =>
    fitTypes([...shippedRows, ...own.filter((_, i) => foldOfRow(i) !== held)]),
  );
  const yours = own.map((sample, i) => fits[foldOfRow(i)]?.typeOf(sample) ?? MENTION);
  const shipped = rows.map(({ text }) => EVENT_TYPES.indexOf(eventType(text).type));
  const gold = own.map(({ label }) => label);
  const [f1, shippedF1] = [typeF1(gold, yours), typeF1(gold, shipped)];
  return {
    figures: [
      { name: "macro-F1", yours: meanOf(f1.values()), shipped: meanOf(shippedF1.values()) },
      ...[...f1].map(([type, score]) => ({
        name: `F1 of ${EVENT_TYPES[type]}`,
        yours: score,
        shipped: shippedF1.get(type) ?? 0,
      })),
    ],
    write() {
      writeTypeWeights(fitTypes([...shippedRows, ...own]).model);
      return "src/text/event-type/weights/event-type.ts";
    },
  };
}

export const OWN_TYPES: OwnTrainer<TypedRow> = {
  format: `{"text": "...", "type": "listing"}, the type one of ${EVENT_TYPES.join(", ")}`,
  row: Row,
  train,
};
