import type { RawPost } from "../model/raw-post.ts";
import { detectLanguage } from "../text/language/detect.ts";
import { readWords } from "../text/language/words.ts";
import { judgeSpam, SPAM_FROM } from "../text/spam/spam.ts";
import { type Blacklist, blockedBy } from "./blacklist.ts";

/**
 * `languages`: ISO 639-1 codes that are let through; none lets all through. `spamFrom`: the spam
 * score 0..1 from which a post is dropped.
 */
export type FilterSettings = {
  languages: readonly string[];
  blacklist: Blacklist;
  spamFrom?: number;
};
export type DropReason = "empty" | "blacklist" | "language" | "spam";
export type FilterVerdict =
  | { kind: "keep"; lang: string | null; spam: number }
  | { kind: "drop"; reason: DropReason; evidence: string; lang: string | null; spam: number };

/** A guess on fewer words is wrong too often to lose a post for it. */
const SURE_FROM_WORDS = 4;

/** The language of a post: read from the words; of few words the source knows better. */
function languageOf(post: RawPost): { lang: string | null; sure: boolean } {
  const sure = readWords(post.text).count >= SURE_FROM_WORDS;
  const detected = detectLanguage(post.text) ?? null;
  const declared = post.lang?.slice(0, 2).toLowerCase() ?? null;
  return sure || declared === null ? { lang: detected, sure } : { lang: declared, sure: true };
}

/**
 * Whether anyone should see the post. A drop names its reason, and as evidence what in the post
 * decided it.
 */
export function filter(post: RawPost, settings: FilterSettings): FilterVerdict {
  const { lang, sure } = languageOf(post);
  const { spamFrom = SPAM_FROM } = settings;
  const { score, words } = judgeSpam(post.text, spamFrom);
  const spam = Math.round(score * 1000) / 1000;
  const drop = (reason: DropReason, evidence: string): FilterVerdict => ({
    kind: "drop",
    reason,
    evidence,
    lang,
    spam,
  });

  if (post.text.trim() === "" && !post.tokenCa && !post.symbol)
    return drop("empty", "no text and no token");
  const blocked = blockedBy(post, settings.blacklist);
  if (blocked) return drop("blacklist", blocked);
  if (
    settings.languages.length > 0 &&
    sure &&
    lang !== null &&
    !settings.languages.includes(lang)
  ) {
    return drop("language", `${lang} is not one of ${settings.languages.join(", ")}`);
  }
  if (score >= spamFrom)
    return drop(
      "spam",
      `${spam} (spam from ${spamFrom}) for ${words.map((word) => `"${word}"`).join(", ")}`,
    );
  return { kind: "keep", lang, spam };
}
