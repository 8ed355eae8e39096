const NUMBER = /^\d{1,40}$/;
/**
 * The first letters as a number, so that texts that sort by their letters (ULIDs, dates) have
 * distances too.
 */
const LETTERS = 16;
const asNumber = (id: string): bigint =>
  Array.from({ length: LETTERS }, (_, i) => BigInt(Math.min(id.charCodeAt(i) || 0, 0xff))).reduce(
    (sum, code) => sum * 256n + code,
    0n,
  );

const isAhead = (id: string, now: number): boolean =>
  /^\d{4}-\d\d/.test(id) && Date.parse(id) > now;

/**
 * Whether two ids are of one run: apart by a million, or by a thousandth of their size (days, for
 * ids made of times).
 */
function near(a: bigint, b: bigint): boolean {
  const [low, high] = a < b ? [a, b] : [b, a];
  const allowed = high / 1_000n;
  return high - low <= (allowed > 1_000_000n ? allowed : 1_000_000n);
}

/**
 * How far ids reach, after `before`: numbers by value, others by their letters. An id that stands
 * alone, far from the place reached and from all others of the page, moves nothing: it may be a
 * mistake, and what comes in between would never be read. If it is none, the next one is near it.
 */
export function greatestId(
  ids: readonly string[],
  before: string | null,
  now: number,
): string | null {
  const all = [...new Set(ids)];
  const numbers = all.filter((id) => NUMBER.test(id));
  const numeric = before === null ? numbers.length * 2 > all.length : NUMBER.test(before);
  const value = numeric ? BigInt : asNumber;
  const after = (a: string, b: string): boolean => (numeric ? BigInt(a) > BigInt(b) : a > b);
  const told = (numeric ? numbers : all).filter((id) => id !== before && !isAhead(id, now));
  const ordered = (before === null ? told : [...told, before]).toSorted((a, b) =>
    after(a, b) ? 1 : -1,
  );
  const neighbours = (at: number) =>
    [ordered[at - 1], ordered[at + 1]].filter((id) => id !== undefined);
  const reached = ordered.findLast((id, at) =>
    neighbours(at).some((other) => near(value(id), value(other))),
  );
  return reached !== undefined && (before === null || after(reached, before)) ? reached : before;
}
