import { wordRow } from "../hashing/ngrams.ts";
import type { PackedRows } from "../hashing/sparse-rows.ts";

/**
 * The languages of one script, a column each, and those rows of a hashed table of 2^bits that have
 * weights. The table is large, so that an n-gram without a weight seldom shares a row.
 */
export type LanguageModel = { languages: readonly string[]; bits: number; table: PackedRows };

export const LONGEST_NGRAM = 6;
/** Every text touches this row, which holds how common each language is. */
export const everyText = (bits: number): number => wordRow("", bits);
/** Texts with links, handles or tags touch this one as well: of those more are English. */
export const taggedText = (bits: number): number => wordRow("@", bits);
