/**
 * The text stages as plain functions: `npm run -s build:text` bundles them into dist/text.mjs for
 * Node.
 *
 * Buffers: what reads a text (`tokenize`, `readWords`, `readSpam`, `readSentiment`, `scoreWords`,
 * `residualsIn`) returns one module-level object that the next call for another text overwrites.
 * A result lives until that call. Callers read it at once, before any `await`, and never keep it;
 * this saves an allocation per post and is safe because JavaScript runs one call at a time.
 * The functions exported here return fresh values, which callers may keep.
 */

export { extractEntities } from "./entities/entities.ts";
export { detectLanguage } from "./language/detect.ts";
export { fingerprint, isNearDuplicate, similarity } from "./near-duplicate/fingerprint.ts";
export { sentiment, sentimentLabel, sentimentOrNull } from "./sentiment/sentiment.ts";
export { spamScore } from "./spam/spam.ts";
export { stance } from "./stance/stance.ts";
