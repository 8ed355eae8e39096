import type { Verdict } from "./verdict.ts";

const MAX_DELAY_MS = 24 * 3_600_000;
const asDelay = (ms: number): number | undefined =>
  Number.isFinite(ms) ? Math.min(Math.max(0, Math.ceil(ms)), MAX_DELAY_MS) : undefined;

/** Seconds, or an HTTP date. The first value of a header that was sent twice. */
function retryAfter(value: string, now: number): number | undefined {
  const seconds = /^\s*(\d+(?:\.\d+)?)\s*(?:,|$)/.exec(value)?.[1];
  return asDelay(seconds === undefined ? Date.parse(value) - now : Number(seconds) * 1_000);
}

/** A Unix time in seconds if it is large enough, else seconds: providers send both. */
function reset(value: string, now: number): number | undefined {
  const seconds = Number.parseFloat(value);
  return asDelay(seconds > 1_000_000_000 ? seconds * 1_000 - now : seconds * 1_000);
}

const DELAY_HEADERS = [
  ["retry-after", retryAfter],
  ["x-ratelimit-reset-after", reset],
  ["x-rate-limit-reset", reset],
  ["ratelimit-reset", reset],
  ["x-ratelimit-reset", reset],
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
