import type { UnitProof } from "../../mutants/unit-proof.ts";
import type { Mutant } from "../mutate.ts";

/**
 * A mistake that someone could make in this code, by itself. To add one: the text in `from` must
 * stand exactly once in the file, however it is spaced and wrapped.
 */
export type Suspect = Mutant & (ShownByHistory | ShownByTests);

/**
 * `by`: the faults under which it is expected to show; the other faults follow until it does.
 * `scene`: the posts that are tried first. `posts`: fewer of them, where the mistake makes a
 * history that hardly ends.
 */
type ShownByHistory = { by: string; scene?: SceneSeed; posts?: number };

/** What no history can show, such as a mistake in SQL, or one that only delays. */
type ShownByTests = { tests: UnitProof };

/**
 * Seeds of posts: steady states, swinging ones, swinging ones with digests; 4 and 7 are those in
 * which things change, and 8 has large events.
 */
export type SceneSeed = 0 | 1 | 3 | 4 | 7 | 8;
export const SCENE_SEEDS: readonly SceneSeed[] = [0, 1, 3];
