import type { SpamModel } from "../spam.ts";

export const SPAM_WEIGHTS: SpamModel = { bias: -3, step: 1, table: "" };
