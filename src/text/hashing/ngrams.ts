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
 * Writes the rows, in a hashed table of 2^bits, of the word at units[start] to units[end - 1] that
 * stands between two boundary units: one row for each n-gram (1..longest) that is not a boundary
 * alone, by where it begins, the shorter first. Answers how many there are, at most
 * `longest` * (end - start + 1). Trainer and Worker share it: a change here needs new weights.
 */
export function ngramRows(
  units: Uint16Array,
  start: number,
  end: number,
  { longest, bits }: { longest: number; bits: number },
  rows: Uint32Array,
): number {
  let count = 0;
  for (let from = start - 1; from < end; from++) {
    const to = Math.min(end + 1, from + longest);
    let state = FNV_OFFSET;
    for (let at = from; at < to; at++) {
      state = step(state, units[at] as number);
      if (at >= start) rows[count++] = bucket(state, bits);
    }
  }
  return count;
}

/** The table row of a whole string. */
export function wordRow(text: string, bits: number): number {
  let state = GOLDEN;
  for (let at = 0; at < text.length; at++) state = step(state, text.charCodeAt(at));
  return bucket(state, bits);
}
