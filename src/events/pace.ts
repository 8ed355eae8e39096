import { addTo, allRows, type DraftRows } from "./rows.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const SECONDS = 60;
const MINUTE_DIGITS = 9;

/** When posts came: how many in each minute; their seconds are rows of a group. */
export type Pace = {
  posts: number;
  first: string;
  last: string;
  minutes: Record<string, number>;
};

const keyOf = (minute: number, second = ""): string =>
  `${String(minute).padStart(MINUTE_DIGITS, "0")}${second}`;

export function addToPace(
  rows: DraftRows,
  group: string,
  pace: Pace | null,
  postedAt: string,
): Pace {
  const second = Math.floor(Date.parse(postedAt) / SECOND_MS);
  const minute = Math.floor(second / SECONDS);
  addTo(rows, group, keyOf(minute, String(second % SECONDS).padStart(2, "0")), 1);
  if (pace === null) return { posts: 1, first: postedAt, last: postedAt, minutes: { [minute]: 1 } };
  return {
    posts: pace.posts + 1,
    first: postedAt < pace.first ? postedAt : pace.first,
    last: postedAt > pace.last ? postedAt : pace.last,
    minutes: { ...pace.minutes, [minute]: (pace.minutes[minute] ?? 0) + 1 },
  };
}

/** From first to last post. */
export const spanMinutes = ({ first, last }: Pace): number =>
  (Date.parse(last) - Date.parse(first)) / MINUTE_MS;

/**
 * How the rate of posts changes: posts a minute in the later half of the time between first and
 * last post, less that in the earlier half, over half of that time. Positive: it heats up. 0 while
 * all is within a minute. The middle is taken to the second.
 */
export function heatSlope(rows: DraftRows, group: string, pace: Pace): number {
  const half = spanMinutes(pace) / 2;
  if (half < 0.5) return 0;
  const middle = Math.floor((Date.parse(pace.first) + half * MINUTE_MS) / SECOND_MS);
  const minute = Math.floor(middle / SECONDS);
  let earlier = 0;
  for (const [each, posts] of Object.entries(pace.minutes))
    if (Number(each) < minute) earlier += posts;
  const until = keyOf(minute, String(middle % SECONDS).padStart(2, "0"));
  for (const { key, value } of allRows(rows, group, keyOf(minute))) {
    if (key > until) break;
    earlier += value as number;
  }
  return (pace.posts - earlier - earlier) / half / half;
}
