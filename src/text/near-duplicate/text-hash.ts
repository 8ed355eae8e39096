import { sha256Hex } from "../../kit/hash.ts";
import { skeleton } from "../normalize.ts";

const DIGITS = 16;

/**
 * Equal for texts that differ only in case, white space, invisible characters or look-alike
 * letters.
 */
export const textHash = (text: string): string => sha256Hex(skeleton(text)).slice(0, DIGITS);
