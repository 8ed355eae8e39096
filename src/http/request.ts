import type { Clock } from "../kit/time.ts";
import { traceIdOf } from "../kit/trace-context.ts";
import { cappedText, TooLarge } from "./capped-body.ts";
import { MAX_DELAY_MS, requestedDelay, statusVerdict } from "./status-verdict.ts";
import type { Verdict } from "./verdict.ts";

export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

export type OutsideRequest = {
  /** The name in metrics, pace and breaker: "goplus", "telegram", ... */
  provider: string;
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** For the whole exchange, including the body. */
  timeoutMs: number;
  /** 1 MB by default. */
  maxBytes?: number;
  /**
   * "cut": an answer larger than maxBytes is read that far and classified by its status, for calls
   * where only the status matters.
   */
  overflow?: "cut";
  /**
   * "json": a 2xx or 403 whose body is not JSON (a CDN's HTML page, a cut body) counts as `retry`.
   */
  expect?: "json";
  /**
   * Whether the JSON of a 2xx has the expected shape. If not, the verdict is `retry`, because a
   * service soon corrects a faulty release.
   */
  accepts?: (json: unknown) => boolean;
  /**
   * The provider's own meaning of an answer (codes in the body of a 200, a used-up quota sent as
   * 429); undefined = the status decides.
   */
  classify?: (answer: Omit<OutsideAnswer, "verdict">) => Verdict | undefined;
};

export type OutsideAnswer = {
  verdict: Verdict;
  /** Null: no answer (network, timeout); the request may or may not have arrived. */
  status: number | null;
  headers: Headers;
  text: string;
  /** Undefined when the text is not JSON. */
  json: unknown;
  ms: number;
};

/** One line for metrics and logs. It holds no URL, header or body: those carry secrets. */
export type CallRecord = {
  provider: string;
  verdict: Verdict["kind"];
  /** HTTP status, or "timeout", "network", "oversize". */
  code: string;
  status: number | null;
  ms: number;
  bytes: number;
  /** The trace of the work that the call belongs to. */
  traceId?: string;
};

/**
 * `trace`: the traceparent of the work that the call belongs to. It is sent with every call: its
 * ids are random and say nothing to a stranger. A sender's tracestate goes to nobody.
 */
export type CallPorts = {
  fetch: FetchLike;
  now: Clock;
  telemetry?: (record: CallRecord) => void;
  trace?: string;
};

const MAX_BYTES = 1_000_000;
/** Receivers tell callers apart by it, and several services refuse calls without one. */
export const USER_AGENT = "event-stream-starter/1 (+https://www.standardwebhooks.com)";

type Raw = Omit<OutsideAnswer, "verdict" | "ms"> & { failure: Verdict | null; code: string };

function parsedJson(text: string): unknown {
  // Most answers to a hook are empty, and a thrown error costs more than the rest of the reading.
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const failed = (code: string, verdict: Verdict): Raw => ({
  status: null,
  headers: new Headers(),
  text: "",
  json: undefined,
  failure: verdict,
  code,
});

function sendRequest(
  request: OutsideRequest,
  { fetch, trace }: CallPorts,
  signal: AbortSignal,
): Promise<Response> {
  return fetch(request.url, {
    method: request.method ?? "GET",
    redirect: "manual",
    signal,
    headers: { "user-agent": USER_AGENT, ...request.headers, ...(trace && { traceparent: trace }) },
    ...(request.body !== undefined && { body: request.body }),
  });
}

const readBody = (request: OutsideRequest, response: Response): Promise<string> =>
  cappedText(
    response.body,
    request.maxBytes ?? MAX_BYTES,
    request.overflow,
    response.headers.get("content-type"),
  );

const answered = ({ status, headers }: Response, text: string): Raw => ({
  status,
  headers,
  text,
  json: parsedJson(text),
  failure: null,
  code: `${status}`,
});

/**
 * An answer whose body was cut off, could not be decoded or never ended. Status and headers arrived
 * whole and keep their meaning; only a success that the caller has to read is asked for again.
 */
function withoutBody(
  request: OutsideRequest,
  response: Response,
  error: unknown,
  timedOut: boolean,
): Raw {
  const code = error instanceof TooLarge ? "oversize" : timedOut ? "timeout" : "network";
  const raw = { ...answered(response, ""), code };
  if (response.status < 200 || response.status >= 300) return raw;
  if (error instanceof TooLarge)
    return { ...raw, failure: { kind: "reject", reason: `answer ${error.message}` } };
  const isRead = request.expect !== undefined || request.accepts !== undefined;
  const unread: Verdict = { kind: "retry", reason: "the answer's body could not be read" };
  return isRead ? { ...raw, failure: unread } : raw;
}

/** Errors of the platform's fetch may quote the URL, so their text goes nowhere. */
function failureOf(timedOut: boolean): Raw {
  return timedOut
    ? failed("timeout", { kind: "retry", reason: "timeout" })
    : failed("network", { kind: "retry", reason: "network error" });
}

async function attempt(request: OutsideRequest, ports: CallPorts): Promise<Raw> {
  const controller = new AbortController();
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    controller.abort();
    deadline.reject(new Error("timeout"));
  }, request.timeoutMs);
  let response: Response | undefined;
  try {
    response = await Promise.race([
      sendRequest(request, ports, controller.signal),
      deadline.promise,
    ]);
    const text = await Promise.race([readBody(request, response), deadline.promise]);
    return answered(response, text);
  } catch (error) {
    return response === undefined
      ? failureOf(controller.signal.aborted)
      : withoutBody(request, response, error, controller.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}

const WAITING: readonly Verdict["kind"][] = ["throttled", "quota", "retry"];

/** What the adapter found still waits as long as the headers ask, and at most a day. */
function withWait(
  verdict: Verdict | undefined,
  headers: Headers,
  now: number,
): Verdict | undefined {
  if (verdict === undefined || !WAITING.includes(verdict.kind)) return verdict;
  const delayMs = verdict.delayMs ?? requestedDelay(headers, now);
  return delayMs === undefined
    ? verdict
    : { ...verdict, delayMs: Math.min(Math.max(0, delayMs), MAX_DELAY_MS) };
}

function verdictOf(request: OutsideRequest, raw: Raw, ms: number, now: number): Verdict {
  if (raw.failure !== null) return raw.failure;
  const { status, headers, text, json } = raw;
  const own = withWait(request.classify?.({ status, headers, text, json, ms }), headers, now);
  const verdict = own ?? statusVerdict(status ?? 0, headers, now);
  const good = verdict.kind === "ok" || verdict.kind === "partial";
  if (
    request.expect === "json" &&
    own === undefined &&
    json === undefined &&
    (good || status === 403)
  )
    return { kind: "retry", reason: "answer is not JSON" };
  if (good && json !== undefined && request.accepts?.(json) === false)
    return { kind: "retry", reason: "answer has another shape" };
  return verdict;
}

/**
 * The only way out of the system: a request with a deadline, a size limit and no redirects, whose
 * answer always has a verdict. It never throws, and neither the verdict nor the telemetry record
 * contains the URL, a header or the body.
 */
export async function outsideCall(
  request: OutsideRequest,
  ports: CallPorts,
): Promise<OutsideAnswer> {
  const started = ports.now();
  const raw = await attempt(request, ports);
  const ended = ports.now();
  const ms = ended - started;
  const verdict = verdictOf(request, raw, ms, ended);
  ports.telemetry?.({
    provider: request.provider,
    verdict: verdict.kind,
    code: raw.code,
    status: raw.status,
    ms,
    bytes: raw.text.length,
    ...(ports.trace && { traceId: traceIdOf(ports.trace) }),
  });
  return { verdict, status: raw.status, headers: raw.headers, text: raw.text, json: raw.json, ms };
}
