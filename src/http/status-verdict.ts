import type { Verdict } from "./verdict.ts";

/** At most so long is waited, whatever is asked. */
export const MAX_DELAY_MS = 24 * 3_600_000;
const asDelay = (ms: number): number | undefined =>
  Number.isFinite(ms) ? Math.min(Math.max(0, Math.ceil(ms)), MAX_DELAY_MS) : undefined;

/** From here on a number is a Unix time in seconds, or in milliseconds: nobody asks for decades. */
const UNIX_SECONDS_FROM = 1_000_000_000;
const UNIX_MS_FROM = 1_000_000_000_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** "30 seconds" and "5 min" in the letters of the units. */
const inLetters = (text: string): string =>
  text
    .replace(/milliseconds?|msecs?/gi, "ms")
    .replace(/(?<=\d\s*)(?:(s)ec(?:ond)?s?|(m)in(?:ute)?s?|(h)(?:ou)?rs?|(d)ays?)\b/gi, "$1$2$3$4");
const NUMBER = /^[=+]?\s*(-?\d+(?:\.\d+)?)$/;
const WITH_UNITS = /^[=+]?\s*((?:\d+(?:\.\d+)?\s*(?:ms|s|m|h|d)\s*)+)$/i;

function readNumber(value: number, now: number): number | undefined {
  if (value >= UNIX_MS_FROM) return asDelay(value - now);
  return asDelay(value >= UNIX_SECONDS_FROM ? value * 1_000 - now : value * 1_000);
}

const DAY_AND_TIME = /(?:\d{4}|\d{1,2}-[a-z]{3}-\d{2}).*\d:\d{2}|\d:\d{2}.*\d{4}/i;
const ENDS_IN_ZONE = /(?:[a-z]|\d:?\d\d:\d\d[+-]\d{2}:?\d{2}|[+-]\d{4}|[+-]\d{2}:\d{2})$/i;

/**
 * An HTTP date in any of its three forms, or an ISO time. Date.parse alone takes "5." for a month,
 * and a time without a zone for a local one.
 */
function readTime(text: string, now: number): number | undefined {
  if (!DAY_AND_TIME.test(text)) return undefined;
  const zone = /^\d{4}-/.test(text) ? "Z" : " GMT";
  return asDelay(Date.parse(ENDS_IN_ZONE.test(text) ? text : text + zone) - now);
}

/**
 * A wait in any spelling in use: seconds, a number with units ("1500ms", "6m0s"), a Unix time in
 * seconds or milliseconds, an HTTP date or an ISO time. The first value of a header sent twice.
 */
function readWait(value: string, now: number): number | undefined {
  const plain = inLetters(value.trim().replace(/^"(.*)"$/, "$1"));
  const first = /^[=+]?[\d.]+\s*(?:ms|s|m|h|d)?\s*,/i.test(plain)
    ? (plain.split(",")[0] ?? "").trim()
    : plain;
  const number = NUMBER.exec(first)?.[1];
  if (number !== undefined) return readNumber(Number(number), now);
  const units = WITH_UNITS.exec(first)?.[1];
  if (units === undefined) return readTime(first, now);
  const parts = [...units.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/gi)];
  return asDelay(
    parts.reduce((ms, [, count, unit = "s"]) => {
      return ms + Number(count) * (UNIT_MS[unit.toLowerCase()] ?? 0);
    }, 0),
  );
}

/** The wait of one quota in seconds; null where something is left of it. */
function quotaWait(text: string): number | null {
  const left = /(?:^|[;,\s])(?:r|remaining)=(\d+)/i.exec(text)?.[1];
  const seconds = /(?:^|[;,\s])(?:t|reset)=(\d+(?:\.\d+)?)/i.exec(text)?.[1];
  return seconds === undefined || Number(left ?? 0) > 0 ? null : Number(seconds);
}

/**
 * The RateLimit field of draft-ietf-httpapi-ratelimit-headers: `"default";r=0;t=7`, of several
 * quotas the last to come back; and its versions 3 to 6: `limit=100, remaining=0, reset=12`.
 */
function readRateLimit(value: string): number | undefined {
  const quotas = value.includes(";") ? value.split(",") : [value];
  const waits = quotas.map(quotaWait).filter((seconds) => seconds !== null);
  return waits.length === 0 ? undefined : asDelay(Math.max(...waits) * 1_000);
}

const DELAY_HEADERS = [
  ["retry-after", readWait],
  ["retry-after-ms", (value: string) => asDelay(Number.parseFloat(value))],
  ["x-ratelimit-reset-after", readWait],
  ["x-rate-limit-reset", readWait],
  ["ratelimit-reset", readWait],
  ["x-ratelimit-reset", readWait],
  ["ratelimit", readRateLimit],
] as const;

/** The pause (ms) that the answer's headers ask for: the first readable one, at most a day. */
export function requestedDelay(headers: Headers, now: number): number | undefined {
  for (const [name, read] of DELAY_HEADERS) {
    const value = headers.get(name);
    const delay = value === null ? undefined : read(value, now);
    if (delay !== undefined) return delay;
  }
  return undefined;
}

function kindOf(status: number): Verdict["kind"] {
  if (status >= 200 && status < 300) return "ok";
  if (status === 304) return "empty";
  if (status === 401) return "auth";
  if (status === 402) return "quota";
  if (status === 410) return "gone";
  if (status === 429) return "throttled";
  if (status === 408 || status === 425 || status >= 500) return "retry";
  return "reject";
}

/**
 * The meaning of a status where the adapter has none of its own. A redirect is a reject, because
 * redirects are never followed.
 */
export function statusVerdict(status: number, headers: Headers, now: number): Verdict {
  const kind = kindOf(status);
  const delayMs =
    kind === "throttled" || kind === "retry" ? requestedDelay(headers, now) : undefined;
  const reason =
    status >= 300 && status < 400 && kind === "reject"
      ? `HTTP ${status}: redirects are not followed`
      : `HTTP ${status}`;
  return { kind, reason, ...(delayMs !== undefined && { delayMs }) };
}
