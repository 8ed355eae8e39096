const NUMBER = /^\d{1,40}$/;
/**
 * The first characters as a number, so that ids which sort by their characters (ULIDs, dates) have
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
 * Whether two ids belong to one series: at most a million apart, or a thousandth of their size
 * (days, for ids made of times).
 */
function near(a: bigint, b: bigint): boolean {
  const [low, high] = a < b ? [a, b] : [b, a];
  const allowed = high / 1_000n;
  return high - low <= (allowed > 1_000_000n ? allowed : 1_000_000n);
}

/**
 * The greatest id after `before`: numbers compare by value, other ids by their characters. An id
 * that is far from `before` and from all others of the page is ignored: it may be a mistake, and
 * the posts in between would never be read. If it is genuine, the next ids are near it.
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
  const candidates = (numeric ? numbers : all).filter((id) => id !== before && !isAhead(id, now));
  const ordered = (before === null ? candidates : [...candidates, before]).toSorted((a, b) =>
    after(a, b) ? 1 : -1,
  );
  const neighbours = (at: number) =>
    [ordered[at - 1], ordered[at + 1]].filter((id) => id !== undefined);
  const reached = ordered.findLast((id, at) =>
    neighbours(at).some((other) => near(value(id), value(other))),
  );
  return reached !== undefined && (before === null || after(reached, before)) ? reached : before;
}
