import * as z from "zod";

/** The two-letter codes of ISO 639-1. */
const CODES =
  "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy " +
  "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu " +
  "hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb " +
  "lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om " +
  "or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw " +
  "ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";
const KNOWN = new Set(CODES.split(" "));

const known = (code: string | undefined): string | undefined =>
  code !== undefined && KNOWN.has(code) ? code : undefined;

const nameIn = (locale: string, code: string): string | undefined =>
  new Intl.DisplayNames([locale], { type: "language" }).of(code)?.toLowerCase();

/** "english" and "deutsch" mean en and de. */
const codeOfName = (word: string): string | undefined =>
  [...KNOWN].find((code) => nameIn("en", code) === word || nameIn(code, code) === word);

/** "eng" and "en-us" mean en. Throws a RangeError for what is no language tag. */
const codeOfTag = (tag: string): string | undefined => known(new Intl.Locale(tag).language);

/** "jp" means ja: the language that most people of a country speak. */
const codeOfCountry = (country: string): string | undefined =>
  known(new Intl.Locale(`und-${country}`).maximize().language);

/** The code that a word most likely stands for; undefined when it resembles none. */
function meantCode(word: string): string | undefined {
  try {
    return (
      codeOfName(word) ??
      codeOfTag(word.replaceAll("_", "-")) ??
      (/^[a-z]{2}$/.test(word) ? codeOfCountry(word) : undefined)
    );
  } catch {
    return undefined;
  }
}

function languageProblem(word: string): string {
  const parts = word.split(/[^\p{L}]+/u).filter(Boolean);
  const meant =
    meantCode(word) ??
    (parts.length > 1 && parts.every((part) => KNOWN.has(part)) ? parts.join(",") : undefined);
  return (
    `holds "${word}", which is no two-letter code of ISO 639-1` +
    `${meant === undefined ? "; write codes such as en,de" : `; is ${meant} meant?`}`
  );
}

/**
 * Codes of ISO 639-1, separated by spaces or commas, in any case. A word that is no code would drop
 * every post, so it is refused with the code that was meant.
 */
export const languageCodes = z
  .string()
  .transform((text) => [
    ...new Set(
      text
        .toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    ),
  ])
  .superRefine((words, context) => {
    for (const word of words.filter((each) => !KNOWN.has(each)))
      context.addIssue({ code: "custom", message: languageProblem(word) });
  })
  .default([]);
