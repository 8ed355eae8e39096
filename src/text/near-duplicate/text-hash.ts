import { sha256Hex } from "../../kit/hash.ts";
import { skeleton } from "../normalize.ts";

const DIGITS = 16;

/**
 * Equal for texts that differ only in case, white space, invisible characters or look-alike
 * letters, and speak of the same tokens. A bot says the same words about one token after another:
 * what tells its posts apart may stand in a field or in a link alone.
 */
export function textHash(text: string, tokens: readonly string[] = []): string {
  const about = [...new Set(tokens)].sort();
  const content = about.length === 0 ? skeleton(text) : JSON.stringify([skeleton(text), ...about]);
  return sha256Hex(content).slice(0, DIGITS);
}
