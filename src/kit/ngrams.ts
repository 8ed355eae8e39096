const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const GOLDEN = 0x9e3779b1;

/** One step of FNV-1a over a UTF-16 unit. */
const step = (state: number, unit: number): number => {
  const next = Math.imul(state ^ unit, FNV_PRIME);
  return next ^ (next >>> 13);
};

/** The table row of a hash state: its `bits` best-mixed bits. */
const bucket = (state: number, bits: number): number => Math.imul(state, GOLDEN) >>> (32 - bits);

/**
 * Rows of a hashed table of 2^bits for every character n-gram (1..longest) of `_word_`, and for the whole word when it is longer.
 * Called for each word of a text; appends to `rows` and answers it. Trainer and Worker share it: a change here needs new weights.
 */
export function ngramRows(word: string, longest: number, bits: number, rows: number[]): number[] {
  const bounded = `_${word}_`;
  for (let from = 0; from < bounded.length; from++) {
    const to = Math.min(bounded.length, from + longest);
    let state = FNV_OFFSET;
    for (let at = from; at < to; at++) {
      state = step(state, bounded.charCodeAt(at));
      if (at > from || bounded[from] !== "_") rows.push(bucket(state, bits));
    }
  }
  if (bounded.length > longest) rows.push(wordRow(bounded, bits));
  return rows;
}

/** The table row of a whole string. */
export function wordRow(text: string, bits: number): number {
  let state = GOLDEN;
  for (let at = 0; at < text.length; at++) state = step(state, text.charCodeAt(at));
  return bucket(state, bits);
}
