/** Writing systems that need a model to tell their languages apart. */
export const SHARED_SCRIPTS = ["latin", "cyrillic", "arabic", "devanagari"] as const;
export type SharedScript = (typeof SHARED_SCRIPTS)[number];

/**
 * First and last UTF-16 unit of each block, and the script; those of one language carry its ISO
 * 639-1 code.
 */
const BLOCKS: readonly (readonly [from: number, to: number, script: string])[] = [
  [0x41, 0x5a, "latin"],
  [0x61, 0x7a, "latin"],
  [0xaa, 0xaa, "latin"],
  [0xba, 0xba, "latin"],
  [0xc0, 0x24f, "latin"],
  [0x250, 0x2af, "latin"],
  [0x300, 0x36f, "mark"],
  [0x370, 0x3ff, "el"],
  [0x400, 0x52f, "cyrillic"],
  [0x531, 0x58f, "hy"],
  [0x591, 0x5f4, "he"],
  [0x620, 0x6ff, "arabic"],
  [0x750, 0x77f, "arabic"],
  [0x780, 0x7bf, "dv"],
  [0x8a0, 0x8ff, "arabic"],
  [0x900, 0x97f, "devanagari"],
  [0x980, 0x9ff, "bn"],
  [0xa00, 0xa7f, "pa"],
  [0xa80, 0xaff, "gu"],
  [0xb00, 0xb7f, "or"],
  [0xb80, 0xbff, "ta"],
  [0xc00, 0xc7f, "te"],
  [0xc80, 0xcff, "kn"],
  [0xd00, 0xd7f, "ml"],
  [0xd80, 0xdff, "si"],
  [0xe00, 0xe7f, "th"],
  [0xe80, 0xeff, "lo"],
  [0xf00, 0xfff, "bo"],
  [0x1000, 0x109f, "my"],
  [0x10a0, 0x10ff, "ka"],
  [0x1100, 0x11ff, "ko"],
  [0x1200, 0x139f, "am"],
  [0x1780, 0x17ff, "km"],
  [0x1e00, 0x1eff, "latin"],
  [0x1f00, 0x1fff, "el"],
  [0x3005, 0x3006, "zh"],
  [0x3041, 0x30ff, "ja"],
  [0x3131, 0x318e, "ko"],
  [0x31f0, 0x31ff, "ja"],
  [0x3400, 0x9fff, "zh"],
  [0xac00, 0xd7a3, "ko"],
  [0xf900, 0xfaff, "zh"],
  [0xfb50, 0xfdff, "arabic"],
  [0xfe70, 0xfefc, "arabic"],
];

/**
 * Names of the scripts; SCRIPT_OF holds indexes into it. 0 is no letter; a mark goes with the
 * letter before it.
 */
export const SCRIPTS: readonly string[] = [
  "none",
  "mark",
  ...new Set(BLOCKS.map(([, , script]) => script).filter((name) => name !== "mark")),
];
export const MARK = 1;
export const LATIN_SCRIPT = SCRIPTS.indexOf("latin");
const HAN = SCRIPTS.indexOf("zh");
const KANA = SCRIPTS.indexOf("ja");
const HANGUL = SCRIPTS.indexOf("ko");

/** The script of every UTF-16 unit: a look-up a character. */
export const SCRIPT_OF = new Uint8Array(0x10000);
/** Digits and punctuation stand among the letters of the smaller blocks. */
const LETTER = /[\p{L}\p{M}]/u;
for (const [from, to, script] of BLOCKS) {
  const index = SCRIPTS.indexOf(script);
  if (to - from > 0x2ff) SCRIPT_OF.fill(index, from, to + 1);
  else
    for (let unit = from; unit <= to; unit++)
      if (LETTER.test(String.fromCharCode(unit))) SCRIPT_OF[unit] = index;
}

/** One sign of these stands for a syllable or a word, so it weighs more than a letter. */
const SIGN_WEIGHT = 3;

/**
 * The script most of a text is written in, given how many letters it has of each of SCRIPTS: a
 * shared one, or the one language that uses it.
 */
export function dominantScript(letters: Uint16Array): string | undefined {
  const [han, kana] = [letters[HAN] as number, letters[KANA] as number];
  let best: string | undefined;
  let most = 0;
  for (let script = LATIN_SCRIPT; script < SCRIPTS.length; script++) {
    let weight = letters[script] as number;
    // Japanese is mostly kanji by meaning and mostly kana by count; Chinese has no kana at all.
    if (script === HAN) weight = kana > 0 ? 0 : han * SIGN_WEIGHT;
    else if (script === KANA) weight = kana > 0 ? (han + kana) * SIGN_WEIGHT : 0;
    else if (script === HANGUL) weight *= SIGN_WEIGHT;
    if (weight > most) {
      most = weight;
      best = SCRIPTS[script];
    }
  }
  return best;
}
