/** Longest text any stage reads, as for a post: NFKC can make one character into eighteen. */
const MAX_LENGTH = 10_000;

/**
 * Zero-width and direction marks, soft hyphens, variation selectors, tags: they change the bytes of
 * a text and nothing a reader sees.
 */
const INVISIBLE =
  /[\u00AD\u061C\u115F\u1160\u17B4\u17B5\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\u{E0000}-\u{E007F}]|\u034F|[\u180B-\u180E]|[\uFE00-\uFE0F]/gu;
/** White space that is not one blank. */
const WIDE = /\s{2,}|[^\S ]/g;
const BEYOND_ASCII = /[\u0080-\uFFFF]/;

/**
 * Such a text is its own normal form, and patterns for it need no Unicode properties, which cost
 * twice as much.
 */
export const isAscii = (text: string): boolean => !BEYOND_ASCII.test(text);

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

const latinised = (word: string) =>
  word.replace(FOREIGN, (letter) => LOOK_ALIKES.get(letter) ?? letter);

/**
 * A word that mixes Latin letters with look-alikes of other alphabets, all Latin; else as it is.
 */
export const foldMixedWord = (word: string): string =>
  /[a-z]/i.test(word) ? latinised(word) : word;

const whole = (text: string): string =>
  text.toWellFormed().normalize("NFKC").replace(INVISIBLE, "");

function normalizedForm(text: string): string {
  const head = text.slice(0, MAX_LENGTH);
  return (isAscii(head) ? head : whole(head)).replace(WIDE, " ").trim().slice(0, MAX_LENGTH);
}

function confusablesFolded(bare: string): string {
  const foreign = bare.match(FOREIGN)?.length ?? 0;
  if (foreign === 0) return bare;
  const latin = bare.match(/[a-z]/gi)?.length ?? 0;
  return latin >= foreign ? latinised(bare) : bare;
}

/** The stages fold the same post one after another: the forms of the last text are kept. */
type Forms = { text: string; normalized: string; folded?: string; skeleton?: string };
let last: Forms = { text: "", normalized: "" };

function formsOf(text: string): Forms {
  if (text !== last.text) last = { text, normalized: normalizedForm(text) };
  return last;
}

/**
 * NFKC without invisible characters and half surrogates, each run of white space one blank; letters
 * keep their case and script.
 */
export const normalizeText = (text: string): string => formsOf(text).normalized;

/**
 * `plain` with look-alike letters made Latin, in a text that is mostly Latin: "Сlаim" hides from
 * every word list, "Слава" does not.
 */
export function foldConfusables(text: string): string {
  const forms = formsOf(text);
  forms.folded ??= confusablesFolded(forms.normalized);
  return forms.folded;
}

/** For comparing texts only: lower case, and look-alikes are Latin whatever the script. */
export function skeleton(text: string): string {
  const forms = formsOf(text);
  forms.skeleton ??= latinised(forms.normalized).toLowerCase();
  return forms.skeleton;
}
