/**
 * `bias` and `step` undo the scaling of the table; the score is 0.5 where the false-positive rate
 * of cross-validation is that of the trainer.
 */
export type SpamModel = { bias: number; step: number; table: string };
