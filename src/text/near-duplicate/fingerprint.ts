import { EMPTY, NAME_LENGTH, SLOTS } from "./sketch.ts";
import { sameStatement, statementStart } from "./statement.ts";

/** A text's fingerprint: compact, storable, and comparable without the text. */
export { sketchOf as fingerprint } from "./sketch.ts";

/**
 * Where noise (0.54 and up) and other texts (0.19 and down) part on the near-duplicate pairs; see
 * docs/text.md.
 */
export const NEAR_DUPLICATE = 0.36;

const NO_SHINGLE = EMPTY.charCodeAt(0);

/**
 * Estimated Jaccard similarity of the two texts' shingles, 0..1; which tokens they name plays no
 * part.
 */
export function similarity(a: string, b: string): number {
  let filled = 0;
  let equal = 0;
  for (let i = 0; i < SLOTS; i++) {
    const code = a.charCodeAt(i);
    if (code !== b.charCodeAt(i)) filled++;
    else if (code !== NO_SHINGLE) {
      filled++;
      equal++;
    }
  }
  return filled === 0 ? 0 : equal / filled;
}

/** Whether every name in `a` is in `b`. */
function namesWithin(a: string, b: string): boolean {
  const endA = statementStart(a);
  const endB = statementStart(b);
  for (let i = SLOTS; i < endA; i += NAME_LENGTH) {
    let at = SLOTS;
    while (at < endB && !b.startsWith(a.slice(i, i + NAME_LENGTH), at)) at += NAME_LENGTH;
    if (at >= endB) return false;
  }
  return true;
}

/**
 * True for the same text modulo noise. When each names a token that the other does not, they are
 * about different tokens, however alike; when a word that is no noise differs, they say something
 * else.
 */
export function isNearDuplicate(a: string, b: string): boolean {
  return (
    similarity(a, b) >= NEAR_DUPLICATE &&
    (namesWithin(a, b) || namesWithin(b, a)) &&
    sameStatement(a, b)
  );
}
