import { shardOf } from "../kit/shard.ts";

/**
 * The lane that commits an event: always the same, so that two statements never meet in a key. Each
 * lane has one statement in flight: more lanes are more at a time, of fewer events each.
 */
export const commitLaneOf = (eventKey: string, lanes: number): string =>
  `lane:${shardOf(eventKey, lanes)}`;
