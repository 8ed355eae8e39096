import type { Verdict } from "./verdict.ts";

const MAX_DELAY_MS = 24 * 3_600_000;
const asDelay = (ms: number): number | undefined =>
  Number.isFinite(ms) ? Math.min(Math.max(0, Math.ceil(ms)), MAX_DELAY_MS) : undefined;

/** From here on a number is a Unix time in seconds, or in milliseconds: nobody asks for decades. */
const UNIX_SECONDS_FROM = 1_000_000_000;
const UNIX_MS_FROM = 1_000_000_000_000;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const NUMBER = /^[=+]?\s*(-?\d+(?:\.\d+)?)$/;
const WITH_UNITS = /^[=+]?\s*((?:\d+(?:\.\d+)?\s*(?:ms|s|m|h)\s*)+)$/i;

function readNumber(value: number, now: number): number | undefined {
  if (value >= UNIX_MS_FROM) return asDelay(value - now);
  return asDelay(value >= UNIX_SECONDS_FROM ? value * 1_000 - now : value * 1_000);
}

/**
 * A wait in any spelling in use: seconds, a number with units ("1500ms", "6m0s"), a Unix time in
 * seconds or milliseconds, an HTTP date or an ISO time. The first value of a header sent twice.
 */
function readWait(value: string, now: number): number | undefined {
  const plain = value.trim().replace(/^"(.*)"$/, "$1");
  const first = /^[=+]?[\d.]+\s*(?:ms|s|m|h)?\s*,/i.test(plain)
    ? (plain.split(",")[0] ?? "").trim()
    : plain;
  const number = NUMBER.exec(first)?.[1];
  if (number !== undefined) return readNumber(Number(number), now);
  const units = WITH_UNITS.exec(first)?.[1];
  if (units === undefined) return asDelay(Date.parse(first) - now);
  const parts = [...units.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h)/gi)];
  return asDelay(
    parts.reduce((ms, [, count, unit = "s"]) => {
      return ms + Number(count) * (UNIT_MS[unit.toLowerCase()] ?? 0);
    }, 0),
  );
}

/**
 * The RateLimit field of draft-ietf-httpapi-ratelimit-headers: `"default";r=0;t=7`, and its
 * versions 3 to 6: `limit=100, remaining=0, reset=12`. What is left over asks for no wait.
 */
function readRateLimit(value: string): number | undefined {
  const left = /(?:^|[;,\s])(?:r|remaining)=(\d+)/i.exec(value)?.[1];
  const seconds = /(?:^|[;,\s])(?:t|reset)=(\d+(?:\.\d+)?)/i.exec(value)?.[1];
  if (seconds === undefined || (left !== undefined && Number(left) > 0)) return undefined;
  return asDelay(Number(seconds) * 1_000);
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
