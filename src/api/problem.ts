import type * as z from "zod";
import { snakeCased } from "../kit/case.ts";

/** Which of a tenant's quotas was reached. `resetsAt`: when it begins anew; null: when room is made. */
export type ReachedQuota = {
  name: string;
  limit: number;
  used: number | null;
  resetsAt: string | null;
};

export type FieldError = { path: string; message: string };

const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;
export type ProblemStatus = keyof typeof TITLES;

/**
 * The one shape of every error answer: `application/problem+json` (RFC 9457). `detail` says what to
 * do about it and never holds a secret, a stack trace or text from another service.
 */
export function problem(
  status: ProblemStatus,
  detail: string,
  more: { errors?: FieldError[]; quota?: ReachedQuota; headers?: Record<string, string> } = {},
): Response {
  const body = {
    type: "about:blank",
    title: TITLES[status],
    status,
    detail,
    ...(more.errors !== undefined && { errors: more.errors }),
    ...(more.quota !== undefined && { quota: snakeCased(more.quota) }),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      ...more.headers,
    },
  });
}

const OUT_OF_REACH = "The database is out of reach.";
const BEHIND =
  "The database is older than this version: its migrations are not applied. Both npm start and " +
  "npm run deploy apply them.";

/**
 * 503: the caller keeps what it sent and sends it again. `isBehind`: migrations are missing, and
 * waiting alone does not help.
 */
export const unavailableProblem = (retryAfterSeconds: number, isBehind = false): Response =>
  problem(
    503,
    `${isBehind ? BEHIND : OUT_OF_REACH} Nothing was accepted; send it again in ` +
      `${retryAfterSeconds} s.`,
    {
      headers: { "Retry-After": String(retryAfterSeconds) },
    },
  );

/** 429: the caller sends faster than posts are worked off. */
export const overloadedProblem = (retryAfterSeconds: number): Response =>
  problem(
    429,
    `Too many posts wait to be worked off. Send them again in ${retryAfterSeconds} s; ` +
      "repeats are recognised.",
    {
      headers: { "Retry-After": String(retryAfterSeconds) },
    },
  );

/** zod's issues by field: `metrics.likes`, `posts[3].text`, or "" for the value as a whole. */
export const fieldErrors = (error: z.ZodError): FieldError[] =>
  error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({
        path: dotted([...issue.path, key]),
        message: "is not known",
      }));
    const missing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
    return { path: dotted(issue.path), message: missing ? "is required" : issue.message };
  });

const dotted = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
