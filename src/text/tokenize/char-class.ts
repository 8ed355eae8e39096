/** Classes of UTF-16 units, as far as splitting a text into tokens needs them. */
export const [PUNCTUATION, SPACE, LETTER, DIGIT, EMOJI] = [0, 1, 2, 3, 4];

const ASCII = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code <= 32) return SPACE;
  const char = String.fromCharCode(code);
  if (/[a-z_]/i.test(char)) return LETTER;
  return /\d/.test(char) ? DIGIT : PUNCTUATION;
});

/**
 * Roughly Unicode's classes: a letter where in doubt, because no script may be cut to pieces. No
 * character (NaN) is a gap.
 */
export function classOf(code: number): number {
  if (code < 128) return ASCII[code] ?? PUNCTUATION;
  if (code < 0xc0) return code === 0xa0 ? SPACE : PUNCTUATION;
  if (code < 0x2000) return code === 0xd7 || code === 0xf7 ? PUNCTUATION : LETTER;
  if (code < 0x2190)
    return code < 0x2070 || (code >= 0x20a0 && code < 0x20d0) ? PUNCTUATION : LETTER;
  if (code < 0x2c00) return EMOJI;
  if (code < 0xd800) return code >= 0x3000 && code < 0x3040 ? PUNCTUATION : LETTER;
  if (code < 0xe000) return code >= 0xd83c && code <= 0xd83e ? EMOJI : LETTER;
  if (code < 0xf900) return EMOJI;
  return code >= 0xf900 ? LETTER : SPACE;
}

export const isWordCharacter = (code: number): boolean => {
  const kind = classOf(code);
  return kind === LETTER || kind === DIGIT;
};
export const isLetter = (code: number): boolean => classOf(code) === LETTER;
export const isDigit = (code: number): boolean => code >= 48 && code <= 57;
