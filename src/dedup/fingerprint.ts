import { EMPTY, NAME_LENGTH, SLOTS } from "../kit/sketch.ts";

/** A text's fingerprint: compact, storable, and comparable without the text. */
export { sketch as fingerprint } from "../kit/sketch.ts";

/** Where noise (0.54 and up) and other texts (0.19 and down) part on the near-duplicate pairs; see docs/text.md. */
export const NEAR_DUPLICATE = 0.36;

/** Estimated Jaccard similarity of the two texts' shingles, 0..1; which tokens they name plays no part. */
export function similarity(a: string, b: string): number {
  let filled = 0;
  let equal = 0;
  for (let i = 0; i < SLOTS; i++) {
    if (a[i] === EMPTY && b[i] === EMPTY) continue;
    filled++;
    if (a[i] === b[i]) equal++;
  }
  return filled === 0 ? 0 : equal / filled;
}

function namesOf(print: string): Set<string> {
  const codes = new Set<string>();
  for (let i = SLOTS; i < print.length; i += NAME_LENGTH) codes.add(print.slice(i, i + NAME_LENGTH));
  return codes;
}

/** True for the same text modulo noise. When each names a token that the other does not, they are about different tokens, however alike. */
export function isNearDuplicate(a: string, b: string): boolean {
  if (similarity(a, b) < NEAR_DUPLICATE) return false;
  const [first, second] = [namesOf(a), namesOf(b)];
  return first.isSubsetOf(second) || second.isSubsetOf(first);
}
