import * as z from "zod";
import { stance } from "../../src/text/stance/stance.ts";
import { type OwnModel, type OwnTrainer, requireEnough } from "./own.ts";
import { readRows } from "./rows.ts";
import {
  areaUnderCurve,
  fitStance,
  STANCE_FOLDS,
  stanceSample,
  writeStanceWeights,
} from "./stance-fit.ts";

const Row = z.object({ text: z.string().min(1), stance: z.enum(["bullish", "bearish"]) });
type Row = z.infer<typeof Row>;

const FEWEST = 50;
/** Our comments on markets teach a little where a file says nothing. */
const COMMENT_WEIGHT = 0.5;

const commentSamples = () =>
  readRows<{ text: string; label: string }>(
    new URL("../data", import.meta.url).pathname,
    "market-sentiment",
  )
    .filter(({ label }) => label !== "neutral")
    .map(({ text, label }) => stanceSample(text, label === "positive", COMMENT_WEIGHT));

const agreement = (gold: readonly number[], scores: readonly number[]): number =>
  gold.filter((label, i) => label === Number((scores[i] ?? 0) > 0)).length / gold.length;

function train(rows: readonly Row[]): OwnModel {
  requireEnough(
    rows.map((row) => row.stance),
    ["bullish", "bearish"],
    FEWEST,
  );
  const own = rows.map((row) => stanceSample(row.text, row.stance === "bullish"));
  const comments = commentSamples();
  const fits = Array.from({ length: STANCE_FOLDS }, (_, held) =>
    fitStance([...own.filter(({ fold }) => fold !== held), ...comments]),
  );
  const gold = own.map(({ label }) => label);
  const yours = own.map((sample) => fits[sample.fold]?.oddsOf(sample) ?? 0);
  const shipped = rows.map(({ text }) => stance(text));
  return {
    figures: [
      { name: "AUC", yours: areaUnderCurve(gold, yours), shipped: areaUnderCurve(gold, shipped) },
      { name: "accuracy", yours: agreement(gold, yours), shipped: agreement(gold, shipped) },
    ],
    write() {
      writeStanceWeights(fitStance([...own, ...comments]).model);
      return "src/text/stance/weights/stance.ts";
    },
  };
}

export const OWN_STANCE: OwnTrainer<Row> = {
  format: '{"text": "...", "stance": "bullish" or "bearish"}',
  row: Row,
  train,
};
