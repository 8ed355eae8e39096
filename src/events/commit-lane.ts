/** Each lane has one statement in flight: more lanes are more at a time, of fewer events each. */
export const COMMIT_LANES = 2;

/** The lane that commits an event: always the same, so that two statements never meet in a key. */
export function commitLaneOf(eventKey: string): string {
  let hash = 0;
  for (let at = 0; at < eventKey.length; at++)
    hash = (Math.imul(hash, 31) + eventKey.charCodeAt(at)) >>> 0;
  return `lane:${hash % COMMIT_LANES}`;
}
