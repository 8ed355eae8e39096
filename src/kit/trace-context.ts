import { sha256Hex } from "./hash.ts";

/**
 * W3C Trace Context. `traceId` has 32 hexadecimal digits, `spanId` 16. `sampled`: whether its spans
 * are exported; who continues a trace keeps to it.
 */
export type TraceContext = { traceId: string; spanId: string; sampled: boolean };

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** Of a later version more may follow. */
export const MAX_TRACEPARENT = 200;
const isZero = (digits: string): boolean => /^0+$/.test(digits);

/**
 * Undefined when the text is no traceparent. Of a later version the parts that this one knows are
 * read, as the specification says.
 */
export function parseTraceparent(text: string): TraceContext | undefined {
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(text.trim()) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === "ff" || (version === "00" && more !== undefined)) return undefined;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const traceparentOf = ({ traceId, spanId, sampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;

/** The trace of a traceparent of our own. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);

/** The span that work of this name is: the same at every try, wherever it is asked for. */
export const spanIdOf = (name: string): string => sha256Hex(name).slice(0, 16);

const STATE_KEY =
  /^(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})$/;
const STATE_VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const MAX_STATE = 512;
const MAX_STATE_MEMBERS = 32;

/** A tracestate as it may be passed on; undefined when it is none, or longer than is kept. */
export function parseTracestate(text: string): string | undefined {
  const members = text
    .split(",")
    .map((member) => member.trim())
    .filter(Boolean);
  const fits = members.length > 0 && members.length <= MAX_STATE_MEMBERS;
  const kept = members.join(",");
  const isGood = (member: string): boolean => {
    const at = member.indexOf("=");
    return STATE_KEY.test(member.slice(0, at)) && STATE_VALUE.test(member.slice(at + 1));
  };
  return fits && kept.length <= MAX_STATE && members.every(isGood) ? kept : undefined;
}
