/** Longest text any stage reads, as for a post: NFKC can make one character into eighteen. */
const MAX_LENGTH = 10_000;

/** Zero-width and direction marks, soft hyphens, variation selectors, tags: they change the bytes of a text and nothing a reader sees. */
const INVISIBLE = new RegExp(
  [
    "\\u00AD|\\u034F|\\u061C|\\u115F|\\u1160|\\u17B4|\\u17B5|[\\u180B-\\u180E]|[\\u200B-\\u200F]|[\\u202A-\\u202E]",
    "[\\u2060-\\u206F]|\\u3164|[\\uFE00-\\uFE0F]|\\uFEFF|\\uFFA0|[\\u{E0000}-\\u{E007F}]",
  ].join("|"),
  "gu",
);

/** Cyrillic, Greek and Armenian letters that are drawn like a Latin one. */
const LOOK_ALIKES = new Map(
  Object.entries({
    a: "аɑα",
    b: "Ьƅ",
    c: "сϲ",
    d: "ԁ",
    e: "еҽє",
    g: "ɡց",
    h: "һհ",
    i: "іɩι",
    j: "јϳ",
    k: "κк",
    l: "ӏ",
    m: "м",
    n: "ո",
    o: "оοօ",
    p: "рρ",
    q: "ԛգ",
    r: "г",
    s: "ѕ",
    t: "тτ",
    u: "υս",
    v: "νѵ",
    w: "ԝա",
    x: "хχ",
    y: "уγү",
    z: "ᴢ",
    A: "АΑ",
    B: "ВΒ",
    C: "СϹ",
    E: "ЕΕ",
    H: "НΗ",
    I: "ІΙӀ",
    J: "Ј",
    K: "КΚ",
    M: "МΜ",
    N: "Ν",
    O: "ОΟՕ",
    P: "РΡ",
    S: "Ѕ",
    T: "ТΤ",
    U: "Ս",
    V: "Ѵ",
    X: "ХΧ",
    Y: "УΥҮ",
    Z: "Ζ",
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);
const FOREIGN = /[\u0250-\u02AF\u0370-\u058F\u1D00-\u1D7F]/g;

const latinised = (word: string) => word.replace(FOREIGN, (letter) => LOOK_ALIKES.get(letter) ?? letter);

/** NFKC without invisible characters and half surrogates, each run of white space one blank; letters keep their case and script. */
export function plain(text: string): string {
  return text
    .slice(0, MAX_LENGTH)
    .toWellFormed()
    .normalize("NFKC")
    .replace(INVISIBLE, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, MAX_LENGTH);
}

/** `plain` with look-alike letters made Latin, in a text that is mostly Latin: "Сlаim" hides from every word list, "Слава" does not. */
export function unmasked(text: string): string {
  const bare = plain(text);
  const foreign = bare.match(FOREIGN)?.length ?? 0;
  if (foreign === 0) return bare;
  const latin = bare.match(/[a-z]/gi)?.length ?? 0;
  return latin >= foreign ? latinised(bare) : bare;
}

/** For comparing texts only: lower case, and look-alikes are Latin whatever the script. */
export const skeleton = (text: string): string => latinised(plain(text)).toLowerCase();
