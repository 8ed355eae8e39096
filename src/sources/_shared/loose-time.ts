import { monthOf } from "./month-names.ts";
import { zoneOffset } from "./time-zones.ts";

/**
 * A time in milliseconds. `certain` false: the day is known, the instant is not, because no zone
 * is given, or one of several meanings, or day and month may stand either way round.
 */
export type LooseTime = { at: number; certain: boolean };

/** A count above the first is no number of seconds, above the second none of milliseconds. */
const SECONDS_UNTIL = 1e11;
const MILLISECONDS_UNTIL = 1e14;
const MICROSECONDS_UNTIL = 1e17;
const YEAR_2100 = Date.UTC(2100, 0, 1);
const MAX_LENGTH = 120;
const DAY_MS = 86_400_000;
const HALF_A_DAY_MS = DAY_MS / 2;

type CalendarDay = { year: number; month: number; day: number };
/**
 * What is left of the text once the day is taken out. `other`: the day if read the other way.
 * `isVague`: the month or the week is known, or the order is odd.
 */
type FoundDay = { date: CalendarDay; other?: CalendarDay; isVague?: boolean; rest: string };

const isDay = ({ year, month, day }: CalendarDay): boolean => {
  if (year < 1970 || year > 2100 || month < 1 || day < 1) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};
/** RFC 2822, 4.3: two digits up to 49 are of this century. */
const fullYear = (text: string): number => {
  const year = Number(text);
  return text.length > 2 ? year : year + (year < 50 ? 2000 : 1900);
};
const without = (text: string, found: RegExpExecArray): string =>
  `${text.slice(0, found.index)} ${text.slice(found.index + found[0].length)}`;

const YEAR_FIRST = /(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)t?/;
const COMPACT = /(?<!\d)(\d{4})(\d{2})(\d{2})(?:t(?=\d)|(?!\d))/;
const YEAR_LAST = /(?<!\d)(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?![\d:])/;
const DAY_MONTH =
  /(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?[\s/-]*(?:(?:de|of)\s+)?(\p{L}[\p{L}\p{M}]{2,}\.?)[\s,./-]*(?:(?:de|del|of)\s+)?(\d{4}(?!\d)|\d{2}(?![\d:]))/gu;
const MONTH_DAY = /(\p{L}{3,})\.?\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(\d{4})(?![\d:])/gu;
/** The form of asctime: the year stands behind the clock. */
const MONTH_DAY_CLOCK = /(\p{L}{3,})\.?\s+(\d{1,2})\s+(?=\d{1,2}:)(\S+(?:\s\S+)?)\s(\d{4})(?!\d)/gu;
const DAY_MONTH_CLOCK =
  /(?<!\d)(\d{1,2})\s+(\p{L}{3,})\.?\s+(?=\d{1,2}:)(\S+(?:\s\S+)?)\s(\d{4})(?!\d)/gu;
/** Hungarian and Lithuanian. */
const YEAR_MONTH_DAY = /(\d{4})\.?\s(?:m\.\s)?(\p{L}{3,})\.?\s(\d{1,2})(?!\d)\.?(?:\sd\.)?/gu;
const WEEK = /(?<!\d)(\d{4})-?w(\d{2})(?:-?([1-7]))?(?!\d)t?/;
const ORDINAL = /^(\d{4})-?(\d{3})(?:t|(?=[\sz]|$))/;
const MONTH_ALONE = /^(?:(\d{4})-(\d{2})|(\p{L}{3,})\.?\s(\d{4}))$/u;

const dayAt = (ms: number): CalendarDay => {
  const date = new Date(ms);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
};

/** ISO 8601: a day by its week, or by its number within the year. */
function countedDay(text: string): FoundDay | undefined {
  const week = WEEK.exec(text);
  if (week !== null) {
    const [year, number] = [Number(week[1]), Number(week[2])];
    // The week that holds 4 January is the first.
    const fourth = Date.UTC(year, 0, 4);
    const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY_MS;
    const days = (number - 1) * 7 + Number(week[3] ?? 1) - 1;
    if (number < 1 || number > 53) return undefined;
    const date = dayAt(monday + days * DAY_MS);
    return { date, isVague: week[3] === undefined, rest: without(text, week) };
  }
  const ordinal = ORDINAL.exec(text);
  const number = Number(ordinal?.[2]);
  if (ordinal === null || number < 1 || number > 366) return undefined;
  const date = dayAt(Date.UTC(Number(ordinal[1]), 0, number));
  return isDay(date) ? { date, rest: without(text, ordinal) } : undefined;
}

/** A month without a day: an old one must not be told as now. */
function monthAlone(text: string): FoundDay | undefined {
  const [, year, number, name, nameYear] = MONTH_ALONE.exec(text) ?? [];
  const month = number === undefined ? monthOf(name ?? "") : Number(number);
  const date = { year: Number(year ?? nameYear), month: month ?? 0, day: 1 };
  return isDay(date) ? { date, isVague: true, rest: "" } : undefined;
}

function numericDay(text: string): FoundDay | undefined {
  const found = YEAR_FIRST.exec(text) ?? COMPACT.exec(text);
  if (found !== null) {
    const [year, month, day] = found.slice(1).map(Number) as [number, number, number];
    const dates = [
      { year, month, day },
      { year, month: day, day: month },
    ];
    const date = dates.find(isDay);
    return date && { date, isVague: date !== dates[0], rest: without(text, found) };
  }
  const last = YEAR_LAST.exec(text);
  if (last === null) return undefined;
  const [a, b] = [Number(last[1]), Number(last[3])];
  const year = fullYear(last[4] ?? "");
  const [date, other] = [
    { year, month: b, day: a },
    { year, month: a, day: b },
  ].filter(isDay);
  if (date === undefined) return undefined;
  return { date, ...(other && a !== b && { other }), rest: without(text, last) };
}

function namedDay(text: string): FoundDay | undefined {
  const readings = [
    ...Array.from(text.matchAll(DAY_MONTH), (found) => [found, 1, 2, 3, 0] as const),
    ...Array.from(text.matchAll(MONTH_DAY), (found) => [found, 2, 1, 3, 0] as const),
    ...Array.from(text.matchAll(MONTH_DAY_CLOCK), (found) => [found, 2, 1, 4, 3] as const),
    ...Array.from(text.matchAll(DAY_MONTH_CLOCK), (found) => [found, 1, 2, 4, 3] as const),
    ...Array.from(text.matchAll(YEAR_MONTH_DAY), (found) => [found, 3, 2, 1, 0] as const),
  ];
  for (const [found, day, month, year, clock] of readings) {
    const named = monthOf(found[month] ?? "");
    if (named === undefined) continue;
    const date = { year: fullYear(found[year] ?? ""), month: named, day: Number(found[day]) };
    if (!isDay(date)) continue;
    if (clock === 0) return { date, rest: without(text, found) };
    return { date, rest: `${found[clock]}${text.slice(found.index + found[0].length)}` };
  }
  return undefined;
}

const LEAP_SECOND = 60;

type Clock = { ms: number; zone: string; odd: boolean };
const CLOCK =
  /(?<!\d)(\d{1,2})[:.h](\d{2})(?:[:.](\d{1,2})(?!\d)(?:[.,](\d{1,9}))?)?(?:\s*([ap])(?:\.\s?m\.?|m\b))?/;
const HOUR_ALONE = /(?<!\d)(\d{1,2})\s*([ap])\.?m\b\.?/;
const COMPACT_CLOCK = /^\s*(\d{2})(\d{2})(\d{2})?(?:[.,](\d{1,9}))?(?!\d)/;

function clockOf(rest: string): Clock | undefined {
  const found = CLOCK.exec(rest) ?? COMPACT_CLOCK.exec(rest);
  const alone = found === null ? HOUR_ALONE.exec(rest) : null;
  const match = found ?? alone;
  if (match === null) return undefined;
  const hours = Number(match[1]);
  const minute = Number(found?.[2] ?? 0);
  const second = Number(found?.[3] ?? 0);
  const fraction = Number(`0.${found?.[4] ?? 0}`);
  const half = alone?.[2] ?? found?.[5];
  const hour = half === undefined || hours > 12 ? hours : (hours % 12) + (half === "p" ? 12 : 0);
  const midnight = hour === 24 && minute === 0 && second === 0;
  return {
    ms: ((hour * 60 + minute) * 60 + second) * 1_000 + Math.floor(fraction * 1_000),
    zone: rest.slice(match.index + match[0].length).trim(),
    odd: (hour > 23 && !midnight) || minute > 59 || second > LEAP_SECOND,
  };
}

/** Also "@1790000000" of date(1) and "/Date(1790000000000)/" of Microsoft's JSON. */
const COUNTED = /^(?:@|\/date\()?(\d{9,13}(?:\d{3}){0,2}(?:\.\d+)?)(?:[+-]\d{4})?(?:\)\/)?$/i;

/** What a number of a plausible size counts since 1970: seconds, or thousandths of thousandths. */
function countedTime(text: string): LooseTime | undefined {
  const digits = COUNTED.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  const perMillisecond = [SECONDS_UNTIL, MILLISECONDS_UNTIL, MICROSECONDS_UNTIL].findIndex(
    (limit) => value < limit,
  );
  const at = Math.round(value * ([1e3, 1, 1e-3][perMillisecond] ?? 1e-6));
  // So many digits may also be a day and a clock.
  return digits.length > 13 && at >= YEAR_2100 ? undefined : { at, certain: true };
}

const EAST_ASIAN = /(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]/;
/** Before noon, and after it, before the clock. */
const EAST_ASIAN_HALF = /(?:(上午|午前|오전)|下午|午後|오후)\s*(\d{1,2}:\d{2}(?::\d{2})?)/;
const VIETNAMESE = /(\d{1,2}) tháng (\d{1,2}),? (?:năm )?(\d{4})/i;
/** What stands in brackets repeats the zone, but for a zone that stands there alone. */
const BRACKETS = /\(([^()]*)\)/;
const plainText = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(EAST_ASIAN, "$1-$2-$3 ")
    .replace(/\([^()]*\)|\[[^[\]]*\]/g, " ")
    .replaceAll("\u2212", "-")
    .replace(
      /(\d)\s*[時时시]\s*(\d{1,2})\s*[分분](?:\s*(\d{1,2})\s*[秒초])?/,
      (_, h, m, s) =>
        `${h}:${String(m).padStart(2, "0")}${s ? `:${String(s).padStart(2, "0")}` : ""}`,
    )
    .replace(EAST_ASIAN_HALF, (_, morning, clock) => `${clock} ${morning ? "am" : "pm"}`)
    .replace(VIETNAMESE, "$3-$2-$1")
    .replace(/^(\d{8})(\d{6})(?!\d)/, "$1T$2")
    .replace(/(?<=\dT)(\d{2})-(\d{2})-(\d{2})(?!\d)/, "$1:$2:$3")
    .replace(/(?<=\dT\d{2})(?=Z|[+-]\d|$)/, ":00")
    .replace(/['’](?=\d{2}(?!\d))/, "")
    .replace(/\s+/g, " ")
    .trim();

/**
 * Reads a time as people and programs write it: ISO 8601, RFC 822 and its relatives, seconds and
 * milliseconds since 1970, months of some thirty languages. Null for what is no time. Of two
 * readings of a day the one that is not ahead of `now` counts, else the European one.
 */
export function readLooseTime(text: string, now: number): LooseTime | null {
  if (text.length > MAX_LENGTH) return null;
  const counted = countedTime(text.trim());
  if (counted !== undefined) return counted;
  const plain = plainText(text);
  const lower = plain.toLowerCase();
  const found = countedDay(lower) ?? namedDay(lower) ?? numericDay(lower) ?? monthAlone(lower);
  if (found === undefined) return null;
  const startOf = ({ year, month, day }: CalendarDay) => Date.UTC(year, month - 1, day);
  const { date, other, isVague, rest } = found;
  const start = other !== undefined && startOf(date) > now ? startOf(other) : startOf(date);
  const clock = clockOf(rest);
  if (clock === undefined || clock.odd) return { at: start + HALF_A_DAY_MS, certain: false };
  const local = start + clock.ms;
  // Names of places are written with capitals, which the day was read without.
  const zone = plain.slice(plain.length - clock.zone.length);
  const named =
    (lower.endsWith(clock.zone) ? zone : clock.zone) || (BRACKETS.exec(text)?.[1] ?? "");
  const offset = zoneOffset(named, local);
  const at = local - (offset ?? 0) * 60_000;
  // The first day of all is what a program says that knows no time.
  return at < DAY_MS
    ? null
    : { at, certain: offset !== undefined && other === undefined && !isVague };
}
