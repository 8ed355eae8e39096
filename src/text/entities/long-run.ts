const CODE = new Uint8Array(128);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
  CODE[character.charCodeAt(0)] = 1;

/**
 * Whether `length` characters of the base64 alphabets stand in a row. Takes a microsecond; callers
 * ask it before patterns that take many.
 */
export function hasLongRun(text: string, length: number): boolean {
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    run = CODE[text.charCodeAt(at)] === 1 ? run + 1 : 0;
    if (run === length) return true;
  }
  return false;
}
