const PRIME = 0x01000193;
export const SEED = 0x811c9dc5 | 0;

/** One step of FNV-1a with a fold, over a UTF-16 unit. */
export const mixHash = (state: number, unit: number): number => {
  const next = Math.imul(state ^ unit, PRIME);
  return next ^ (next >>> 13);
};

/** The hash of tokens in a row, from that of all but the last and that of the last. */
export const joinHashes = (before: number, last: number): number => {
  const next = Math.imul(before ^ (before >>> 15), 0x2c1b3c6d) ^ last;
  return Math.imul(next ^ (next >>> 13), PRIME);
};

/** The hash of a part of a text; either apostrophe is the same. */
export function hashRange(text: string, from: number, to: number): number {
  let state = SEED;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    state = mixHash(state, code === 0x2019 ? 39 : code);
  }
  return state;
}

/** The hash that a scan has for a token of these letters. */
export const hashOf = (token: string): number => hashRange(token, 0, token.length);
