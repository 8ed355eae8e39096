/** The text stages as plain functions: `npm run -s build:text` bundles them into dist/text.mjs for Node. */
export { fingerprint, isNearDuplicate, similarity } from "./dedup/fingerprint.ts";
export { detectLanguage } from "./filter/language.ts";
export { spamScore } from "./filter/spam.ts";
export { extractEntities } from "./refine/entities.ts";
export { sentiment, sentimentLabel } from "./refine/sentiment.ts";
