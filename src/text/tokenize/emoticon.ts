import { hashOf, mixHash, SEED } from "../hashing/feature-hash.ts";
import { isWordCharacter } from "./char-class.ts";

const codes = (chars: string) => new Set([...chars].map((char) => char.charCodeAt(0)));
const EYES = codes(":;=");
const NOSES = codes("-'o^*");
const MOUTHS = codes(")(][dp/\\|}{@$*3ox#cs<>");
const [OPEN, CLOSE, DASH] = [40, 41, 45];
const WHOLE = ["<3", "</3", "^_^", "^.^", "-_-", ">_<", ">.<", "\\o/"];
const WHOLE_STARTS = codes(WHOLE.map((face) => face.charAt(0)).join(""));

const wholeAt = (lower: string, from: number) =>
  WHOLE_STARTS.has(lower.charCodeAt(from))
    ? WHOLE.find((face) => lower.startsWith(face, from))
    : undefined;

/** Where the emoticon that begins at a mark ends: at `from` when there is none. */
export function emoticonEnd(lower: string, from: number): number {
  const whole = wholeAt(lower, from);
  if (whole) return from + whole.length;
  if (isWordCharacter(lower.charCodeAt(from - 1))) return from;
  const code = lower.charCodeAt(from);
  let at = from + 1;
  if (EYES.has(code)) {
    if (NOSES.has(lower.charCodeAt(at)) && MOUTHS.has(lower.charCodeAt(at + 1))) at++;
    const mouth = lower.charCodeAt(at);
    if (!MOUTHS.has(mouth)) return from;
    while (lower.charCodeAt(at) === mouth) at++;
    return isWordCharacter(lower.charCodeAt(at)) ? from : at;
  }
  if (code !== OPEN && code !== CLOSE) return from;
  if (lower.charCodeAt(at) === DASH) at++;
  return EYES.has(lower.charCodeAt(at)) && !isWordCharacter(lower.charCodeAt(at + 1))
    ? at + 1
    : from;
}

/** The hash of an emoticon by its eyes and mouth: ":-)))" is ":)". */
export function emoticonHash(lower: string, from: number, end: number): number {
  const whole = wholeAt(lower, from);
  return whole
    ? hashOf(whole)
    : mixHash(mixHash(SEED, lower.charCodeAt(from)), lower.charCodeAt(end - 1));
}
