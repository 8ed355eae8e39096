const CODE = new Uint8Array(128);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
  CODE[character.charCodeAt(0)] = 1;

/**
 * Whether so many letters, digits and signs of base64 stand in a row: a look of a microsecond,
 * before patterns that take many.
 */
export function hasLongRun(text: string, length: number): boolean {
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    run = CODE[text.charCodeAt(at)] === 1 ? run + 1 : 0;
    if (run === length) return true;
  }
  return false;
}
