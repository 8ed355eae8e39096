/**
 * One weight a row of the hashed table, for bullish against bearish; `step` undoes the scaling of
 * the table, `bias` is added once.
 */
export type StanceModel = { step: number; bias: number; table: string };
