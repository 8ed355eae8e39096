/**
 * Korean as Windows writes it (code page 949, unified hangul), which the WHATWG's euc-kr includes
 * and Node's decoder lacks: 8,822 syllables beside the 2,350 of KS X 1001. They stand in the order
 * of Unicode, in the code points that KS X 1001 leaves free.
 */
const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;
const LEADS = { first: 0x81, last: 0xc6 };

/** From this lead on the trail bytes from 0xa1 belong to KS X 1001. */
const FIRST_SHARED_LEAD = 0xa1;

const trailsOf = (lead: number): number[] => [
  ...range(0x41, 0x5a),
  ...range(0x61, 0x7a),
  ...range(0x81, lead < FIRST_SHARED_LEAD ? 0xfe : 0xa0),
];

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

let table: ReadonlyMap<number, string> | undefined;

function addedSyllables(): ReadonlyMap<number, string> {
  if (table) return table;
  const decoder = new TextDecoder("euc-kr");
  const rows = range(0xb0, 0xc8).flatMap((lead) =>
    range(0xa1, 0xfe).flatMap((trail) => [lead, trail]),
  );
  const known = new Set(decoder.decode(Uint8Array.from(rows)));
  const added = range(FIRST_SYLLABLE, LAST_SYLLABLE)
    .map((code) => String.fromCodePoint(code))
    .filter((syllable) => !known.has(syllable));
  const codes = range(LEADS.first, LEADS.last).flatMap((lead) =>
    trailsOf(lead).map((trail) => (lead << 8) | trail),
  );
  table = new Map(added.map((syllable, i) => [codes[i] ?? 0, syllable]));
  return table;
}

/** The platform's decoder where it knows the syllables: in a Worker. */
const isComplete = (): boolean =>
  new TextDecoder("euc-kr").decode(Uint8Array.of(0x8c, 0x63)) === "똠";

export function decodeUnifiedHangul(bytes: Uint8Array): string {
  const decoder = new TextDecoder("euc-kr");
  if (isComplete()) return decoder.decode(bytes);
  let text = "";
  let from = 0;
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0;
    if (lead < LEADS.first) continue;
    const syllable = addedSyllables().get((lead << 8) | (bytes[at + 1] ?? 0));
    if (syllable !== undefined) {
      text += decoder.decode(bytes.subarray(from, at)) + syllable;
      from = at + 2;
    }
    at += 1;
  }
  return text + decoder.decode(bytes.subarray(from));
}
