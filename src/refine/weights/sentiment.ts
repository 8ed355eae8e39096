import type { SentimentModel } from "../sentiment.ts";

export const SENTIMENT_WEIGHTS: SentimentModel = { step: 1, bias: [0, 0, 0], blend: [0, 1, 0, 0, 0, 0], table: "" };
