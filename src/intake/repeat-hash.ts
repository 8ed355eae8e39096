import { tokenKey } from "../model/mention.ts";
import type { RawPost } from "../model/raw-post.ts";
import { tokensIn } from "../refine/tokens.ts";
import { textHash } from "../text/near-duplicate/text-hash.ts";

/**
 * What makes two posts of one author the same: their words and the tokens they speak of. A text on
 * which the extraction fails counts by its words alone: the judge will say what is wrong with it.
 */
export function repeatHash(post: RawPost): string {
  try {
    return textHash(post.text, tokensIn(post).map(tokenKey));
  } catch {
    return textHash(post.text);
  }
}
