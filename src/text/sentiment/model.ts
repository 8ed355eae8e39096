import type { SentimentEnsemble } from "./ensemble.ts";

/**
 * `step` undoes the scaling of the table, which has a column for each label; `bias` holds each
 * label's own weight. `ensemble` makes the score of the features, and `residuals` add to it.
 */
export type SentimentModel = {
  step: number;
  bias: readonly number[];
  ensemble: SentimentEnsemble;
  residuals: { step: number; table: string };
  table: string;
};

/** For the languages beside English: a column for each label, as in SentimentModel. */
export type LanguageSentimentModel = {
  languages: readonly string[];
  step: number;
  bias: readonly number[];
  table: string;
};
