/**
 * The text stages as plain functions: `npm run -s build:text` bundles them into dist/text.mjs for
 * Node.
 */

export { extractEntities } from "./entities/entities.ts";
export { detectLanguage } from "./language/detect.ts";
export { fingerprint, isNearDuplicate, similarity } from "./near-duplicate/fingerprint.ts";
export { sentiment, sentimentLabel } from "./sentiment/sentiment.ts";
export { spamScore } from "./spam/spam.ts";
