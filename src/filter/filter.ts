import { authorHandle, type RawPost } from "../model/raw-post.ts";
import { askModel, type PostMark } from "../text/fallback.ts";
import { languageCode } from "../text/language/codes.ts";
import { type LanguageReading, readLanguage } from "../text/language/detect.ts";
import { judgeSpam, SPAM_FROM, type SpamJudgement } from "../text/spam/spam.ts";
import { type Blacklist, blockedBy } from "./blacklist.ts";

/**
 * `languages`: ISO 639-1 codes that are let through; none lets all through. `spamFrom`: the spam
 * score 0..1 from which a post is dropped. `authors`: handles in lower case whose posts are never
 * dropped as spam.
 */
export type FilterSettings = {
  languages: readonly string[];
  blacklist: Blacklist;
  spamFrom?: number;
  authors?: Pick<ReadonlySet<string>, "has">;
};
export type DropReason = "empty" | "blacklist" | "language" | "spam";
/** `lang` is null when neither the words nor the source say the language beyond doubt. */
export type FilterVerdict = { lang: string | null; spam: number; marks: readonly PostMark[] } & (
  | { kind: "keep" }
  | { kind: "drop"; reason: DropReason; evidence: string }
);
/** The models that the filter asks. */
export type FilterModels = { language: typeof readLanguage; spam: typeof judgeSpam };
export const FILTER_MODELS: FilterModels = { language: readLanguage, spam: judgeSpam };

const NO_LANGUAGE: LanguageReading = { language: undefined, sure: false };

/** The words decide where they are sure; else the source knows better; else nobody does. */
const languageOf = ({ lang }: RawPost, read: LanguageReading): string | null =>
  (read.sure ? read.language : languageCode(lang ?? "")) ?? null;

/** What decided, for people: the rule by its name, or the words that raised the score most. */
function spamEvidence({ score, rule, words }: SpamJudgement, spamFrom: number): string {
  const quoted = words.map((word) => `"${word}"`).join(", ");
  const score3 = rounded(score);
  return rule === undefined
    ? `${score3} (spam from ${spamFrom}) for ${quoted}`
    : `${score3} (spam from ${spamFrom}): ${rule}, ${quoted}`;
}
const rounded = (score: number) => Math.round(score * 1000) / 1000;

/**
 * Whether anyone should see the post. A drop names its reason, and as evidence what in the post
 * decided it.
 */
export function filter(
  post: RawPost,
  settings: FilterSettings,
  models: FilterModels = FILTER_MODELS,
): FilterVerdict {
  const { languages, blacklist, spamFrom = SPAM_FROM, authors } = settings;
  const marks: PostMark[] = [];
  const lang = languageOf(
    post,
    askModel(() => models.language(post.text), NO_LANGUAGE, {
      mark: "language_model_failed",
      marks,
    }),
  );
  const judged = models.spam(post.text, spamFrom);
  if (judged.degraded) marks.push("spam_model_failed");
  const seen = { lang, spam: rounded(judged.score), marks };
  const drop = (reason: DropReason, evidence: string): FilterVerdict => ({
    kind: "drop",
    reason,
    evidence,
    ...seen,
  });

  if (post.text.trim() === "" && !post.tokenCa && !post.symbol)
    return drop("empty", "no text and no token");
  const blocked = blockedBy(post, blacklist);
  if (blocked) return drop("blacklist", blocked);
  const wanted = languages.map((code) => languageCode(code) ?? code);
  if (wanted.length > 0 && lang !== null && !wanted.includes(lang))
    return drop("language", `${lang} is not one of ${languages.join(", ")}`);
  if (judged.score >= spamFrom) {
    if (!authors?.has(authorHandle(post.author)))
      return drop("spam", spamEvidence(judged, spamFrom));
    marks.push("spam_by_listed_author");
  }
  return { kind: "keep", ...seen };
}
