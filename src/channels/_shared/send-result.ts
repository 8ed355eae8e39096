import {
  type CallPorts,
  type OutsideAnswer,
  type OutsideRequest,
  outsideCall,
} from "../../http/request.ts";
import type { Verdict } from "../../http/verdict.ts";
import type { SignalNotification } from "../../model/delivery.ts";
import type { SendPorts, SendResult } from "../channel.ts";
import { wordsOf } from "./target-words.ts";

/** For channels without digests: deliver.ts passes them one notification at a time. */
export function onlyNotification(notifications: readonly SignalNotification[]): SignalNotification {
  const [notification] = notifications;
  if (notification === undefined || notifications.length > 1)
    throw new Error("this channel takes one notification at a time");
  return notification;
}

export const TIMEOUT_MS = 15_000;
/**
 * A reply is read up to this size to find an id or an error; a longer one is classified by its
 * status.
 */
export const READING = { timeoutMs: TIMEOUT_MS, maxBytes: 65_536, overflow: "cut" } as const;

export const callPorts = ({ fetch, now, telemetry, trace }: SendPorts): CallPorts => ({
  fetch,
  now,
  ...(trace && { trace }),
  ...(telemetry && { telemetry }),
});

type JsonRequest = Omit<OutsideRequest, "body" | keyof typeof READING>;

/** Sends a body as JSON, by POST where the request names no method. */
export const callWithJson = (
  request: JsonRequest,
  body: object,
  ports: SendPorts,
): Promise<OutsideAnswer> =>
  outsideCall(
    {
      method: "POST",
      ...request,
      headers: { "content-type": "application/json", ...request.headers },
      body: JSON.stringify(body),
      ...READING,
    },
    callPorts(ports),
  );

const accepted = (status: number | null): boolean =>
  status !== null && status >= 200 && status < 300;

/**
 * A 2xx without the service's usual acknowledgement, from a proxy or a faulty release: the message
 * may or may not have been accepted.
 */
export const unacknowledgedSend: Verdict = {
  kind: "retry",
  reason: "answer without the service's own acknowledgement",
};

/**
 * The meaning of an answer that is not the service's own JSON: a page or a redirect comes from a
 * proxy in front of the service and says nothing about chat, token or message. Undefined where the
 * status says enough.
 */
export const pageVerdict = (status: number | null): Verdict | undefined =>
  status !== null && status >= 300 && status < 500 && status !== 429
    ? { kind: "retry", reason: `HTTP ${status}: a page in place of an answer` }
    : undefined;

/** A reason that names the status alone: the answer's own words are kept beside it. */
const STATUS_ALONE = /^HTTP \d+(?:: redirects are not followed)?$/;

const saidBy = ({ verdict, text }: OutsideAnswer): string | null =>
  STATUS_ALONE.test(verdict.reason) && verdict.kind !== "ok" ? wordsOf(text) : null;

/** Without a status no answer was read, and the request may still have arrived. */
export const sentFrom = (answer: OutsideAnswer, externalId: string | null = null): SendResult => ({
  verdict: answer.verdict,
  externalId: answer.verdict.kind === "ok" ? externalId : null,
  ambiguous: answer.status === null || (accepted(answer.status) && answer.verdict.kind === "retry"),
  httpStatus: answer.status,
  ms: answer.ms,
  words: saidBy(answer),
});

/** The result when no call was made. */
export const notSent = (verdict: Verdict): SendResult => ({
  verdict,
  externalId: null,
  ambiguous: false,
  httpStatus: null,
  ms: 0,
});
