import { wordRow } from "../hashing/ngrams.ts";
import type { PackedRows } from "../hashing/sparse-rows.ts";

/**
 * The languages of one script, a column each, and the rows that have weights out of a hashed table
 * of 2^bits: so large that an n-gram no weight was learned for seldom meets the row of another.
 */
export type LanguageModel = { languages: readonly string[]; bits: number; table: PackedRows };

export const LONGEST_NGRAM = 6;
/** Every text touches this row, which holds how common each language is. */
export const everyText = (bits: number): number => wordRow("", bits);
/** Texts with links, handles or tags touch this one as well: of those more are English. */
export const taggedText = (bits: number): number => wordRow("@", bits);
