import { FACTS, type FactVocabulary } from "../model/facts.ts";
import { bigquery } from "./bigquery.ts";
import { dexscreener } from "./dexscreener.ts";
import type { Enricher } from "./enricher.ts";
import { geckoterminal } from "./geckoterminal.ts";
import { goplus } from "./goplus/index.ts";
import { workersAi } from "./opinion/index.ts";

/** Every provider of facts. Those of one group are asked in this order until one has an answer. */
export const ENRICHERS: readonly Enricher[] = [
  ...[goplus, dexscreener, geckoterminal, bigquery],
  workersAi,
];

/** Every fact that a rule may name: the built-in ones and those that enrichers add. */
export const VOCABULARY: FactVocabulary = Object.assign(
  {},
  ...ENRICHERS.map((enricher) => enricher.provides),
  FACTS,
);
