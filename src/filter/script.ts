/** Writing systems that need a model to tell their languages apart. */
export const SHARED_SCRIPTS = ["latin", "cyrillic", "arabic", "devanagari"] as const;
export type SharedScript = (typeof SHARED_SCRIPTS)[number];

/** First and last code point of each block, and the script; those of one language carry its ISO 639-1 code. Ascending. */
const BLOCKS: readonly (readonly [from: number, to: number, script: string])[] = [
  [0x41, 0x5a, "latin"],
  [0x61, 0x7a, "latin"],
  [0xaa, 0xaa, "latin"],
  [0xba, 0xba, "latin"],
  [0xc0, 0x24f, "latin"],
  [0x250, 0x2af, "latin"],
  [0x370, 0x3ff, "el"],
  [0x400, 0x52f, "cyrillic"],
  [0x531, 0x58f, "hy"],
  [0x5d0, 0x5f4, "he"],
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
  [0x3005, 0x3007, "han"],
  [0x3041, 0x30ff, "kana"],
  [0x3131, 0x318e, "ko"],
  [0x31f0, 0x31ff, "kana"],
  [0x3400, 0x9fff, "han"],
  [0xac00, 0xd7a3, "ko"],
  [0xf900, 0xfaff, "han"],
  [0xfb50, 0xfdff, "arabic"],
  [0xfe70, 0xfefc, "arabic"],
];
/** One sign of these stands for a syllable or a word, so it weighs more than a letter. */
const SIGN_WEIGHT = 3;
const SIGNS = new Set(["han", "kana", "ko"]);

function blockOf(unit: number): string | undefined {
  let low = 0;
  let high = BLOCKS.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [from, to, script] = BLOCKS[middle] ?? [0, 0, ""];
    if (unit < from) high = middle - 1;
    else if (unit > to) low = middle + 1;
    else return script;
  }
  return undefined;
}

/** The script that most of the text is written in: a shared one, or the one language that uses it; undefined for a text without letters. */
export function dominantScript(text: string): string | undefined {
  const weights = new Map<string, number>();
  for (let i = 0; i < text.length; i++) {
    const script = blockOf(text.charCodeAt(i));
    if (script) weights.set(script, (weights.get(script) ?? 0) + (SIGNS.has(script) ? SIGN_WEIGHT : 1));
  }
  // Japanese is mostly kanji by meaning and mostly kana by count; Chinese has no kana at all.
  const kana = weights.get("kana") ?? 0;
  if (kana > 0) weights.set("kana", kana + (weights.get("han") ?? 0)).delete("han");
  let best: string | undefined;
  for (const [script, weight] of weights) if (best === undefined || weight > (weights.get(best) ?? 0)) best = script;
  if (best === "kana") return "ja";
  return best === "han" ? "zh" : best;
}
