import { expect, it } from "vitest";
import { requestedDelay } from "../../src/http/status-verdict.ts";
import { casesOf } from "./judged.ts";

type WaitCase = {
  headers: Record<string, string>;
  now: string;
  expect_seconds: number | null | (number | null)[];
};

const SLACK_SECONDS = 0.6;

it.each(casesOf<WaitCase>("retry-after"))("$id: $why", ({ headers, now, expect_seconds }) => {
  const delay = requestedDelay(new Headers(headers), Date.parse(now));
  const seconds = delay === undefined ? null : delay / 1_000;
  const isRight = (wanted: number | null) =>
    wanted === null || seconds === null
      ? wanted === seconds
      : Math.abs(seconds - wanted) <= SLACK_SECONDS;
  expect([expect_seconds].flat().some(isRight), `${seconds} s`).toBe(true);
});
