import { createHash } from "node:crypto";
import { seeded } from "../seeded.ts";
import { type EmulatorReply, json, type Refusals, text } from "./emulator.ts";

/**
 * What can go wrong at a provider.
 * - latency: it answers late.
 * - 429, 500, quota, html, gone, auth: it refuses, and nothing was done.
 * - timeout, cut: the call WAS carried out and only its answer is lost, which causes duplicates.
 * - types: JSON of the right shape with wrong types.
 * - empty: it has nothing.
 */
export const FAULTS = [
  "latency",
  "429",
  "500",
  "timeout",
  "cut",
  "html",
  "types",
  "empty",
  "quota",
  "gone",
  "auth",
] as const;
export type Fault = (typeof FAULTS)[number];

/** How a 429 says when to come back. */
export const HEADER_STYLES = [
  "none",
  "retry-after",
  "retry-after-date",
  "x-rate-limit-reset",
  "ratelimit-reset",
] as const;
export type HeaderStyle = (typeof HEADER_STYLES)[number];

export type FaultSettings = {
  fault: Fault | Fault[];
  /** Part of the calls that fail, 0 to 1. */
  rate: number;
  /** Milliseconds of `latency` and `timeout`. */
  ms: number;
  headerStyle: HeaderStyle;
  retryAfterSeconds: number;
  seed: number;
};

const STANDARD: FaultSettings = {
  fault: "500",
  rate: 1,
  ms: 2_000,
  headerStyle: "retry-after",
  retryAfterSeconds: 1,
  seed: 1,
};
const isFault = (value: unknown): value is Fault => FAULTS.includes(String(value) as Fault);

/** Reads fault settings from a request; a text says what is wrong with them. */
export function parseFaultSettings(value: unknown): FaultSettings | string {
  if (typeof value !== "object" || value === null) return "the body must be an object";
  const settings = { ...STANDARD, ...value } as FaultSettings;
  const kinds = [settings.fault].flat();
  if (kinds.length === 0 || !kinds.every(isFault)) return `fault must be of ${FAULTS.join(" ")}`;
  if (!(settings.rate >= 0 && settings.rate <= 1)) return "rate must be 0 to 1";
  if (!HEADER_STYLES.includes(settings.headerStyle))
    return `headerStyle must be one of ${HEADER_STYLES.join(" ")}`;
  if (
    ![settings.ms, settings.retryAfterSeconds, settings.seed].every(
      (number) => Number.isFinite(number) && number >= 0,
    )
  ) {
    return "ms, retryAfterSeconds and seed must be numbers from 0";
  }
  return settings;
}

export type FaultSource = {
  settings: FaultSettings;
  /** The fault of the next call, or undefined when it goes well. */
  next(): Fault | undefined;
};

export function faultSource(provider: string, settings: FaultSettings): FaultSource {
  // The same settings fail the same calls in every run.
  const draw = seeded(
    createHash("sha256").update(`${provider}:${settings.seed}`).digest().readUInt32BE(0),
  );
  const kinds = [settings.fault].flat();
  return {
    settings,
    next: () => (draw() < settings.rate ? kinds[Math.floor(draw() * kinds.length)] : undefined),
  };
}

function resetHeaders(
  { headerStyle, retryAfterSeconds }: FaultSettings,
  now: number,
): Record<string, string> {
  const at = now + retryAfterSeconds * 1000;
  const styles: Record<HeaderStyle, Record<string, string>> = {
    none: {},
    "retry-after": { "retry-after": String(retryAfterSeconds) },
    "retry-after-date": { "retry-after": new Date(at).toUTCString() },
    "x-rate-limit-reset": {
      "x-rate-limit-limit": "450",
      "x-rate-limit-remaining": "0",
      "x-rate-limit-reset": String(Math.ceil(at / 1000)),
    },
    "ratelimit-reset": {
      "ratelimit-limit": "5",
      "ratelimit-remaining": "0",
      "ratelimit-reset": String(retryAfterSeconds),
    },
  };
  return styles[headerStyle];
}

/**
 * Numbers become words, texts become numbers, lists become objects, as in a careless release of a
 * provider.
 */
export function mistype(value: unknown): unknown {
  if (typeof value === "number") return "NaN";
  if (typeof value === "string") return value.length;
  if (Array.isArray(value)) return { items: value.map(mistype) };
  if (typeof value !== "object" || value === null) return [];
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mistype(inner)]));
}

/** The answer in place of the real one, for the faults in which nothing was carried out. */
export function refusal(
  fault: Fault,
  settings: FaultSettings,
  refusals: Refusals,
  now: number,
): EmulatorReply | undefined {
  const throttled = refusals.throttled ?? json({ error: "too many requests" }, 429);
  switch (fault) {
    case "429":
      return { ...throttled, headers: { ...throttled.headers, ...resetHeaders(settings, now) } };
    case "quota":
      return refusals.quota ?? json({ error: "quota exceeded" }, 402);
    case "500":
      return json({ error: "internal error" }, 500);
    case "html":
      return text(
        "<!doctype html><title>Just a moment...</title><h1>Checking your browser</h1>",
        "text/html; charset=UTF-8",
        403,
      );
    case "empty":
      return refusals.empty ?? json({});
    case "gone":
      return json({ error: "gone" }, 410);
    case "auth":
      return json({ error: "unauthorized" }, 401);
    default:
      return undefined;
  }
}
