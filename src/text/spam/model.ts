/**
 * A logistic regression over the rows of a hashed table. `bias` and `step` undo the scaling of the
 * table; the odds are 0 where the trainer put the threshold.
 */
export type SpamModel = { bias: number; step: number; table: string };

/**
 * One model for each world of spam: what is unwanted among posts on X, among text messages and
 * video comments, and scams told in prose. A text is spam when one of them says so.
 */
export const SPAM_WORLDS = ["posts", "messages", "scams"] as const;
export type SpamWorld = (typeof SPAM_WORLDS)[number];
export type SpamModels = Readonly<Record<SpamWorld, SpamModel>>;
