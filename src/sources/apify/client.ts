import * as z from "zod";
import { type GuardedPorts, guardedCall } from "../../http/provider-call.ts";
import type { OutsideAnswer } from "../../http/request.ts";
import { splitWords } from "../../settings/define.ts";
import { requiredText } from "../source.ts";

const PACE = { perMinute: 30, gapMs: 200 };
/** The budget is kept in whole cents. */
export const CENTS = 100;

export const ApifySettings = z.object({
  APIFY_TOKEN: requiredText.describe("The account's token; without it the source is off"),
  APIFY_BASE_URL: z
    .url()
    .default("https://api.apify.com/v2")
    .describe("Where Apify's API is reached"),
  APIFY_ACTOR_ID: z.string().default("apidojo~tweet-scraper").describe("The actor that scrapes"),
  APIFY_SEARCH: z
    .string()
    .default("$BTC OR $ETH OR $SOL lang:en -filter:retweets")
    .describe("The search term of a run; empty takes the default"),
  APIFY_HANDLES: splitWords
    .default([])
    .describe("Handles whose posts are scraped too, separated by spaces or commas"),
  APIFY_MAX_ITEMS: z.coerce
    .number()
    .int()
    .min(1)
    .default(50)
    .describe("Posts that a run may return"),
  APIFY_MAX_CHARGE_USD: z.coerce
    .number()
    .positive()
    .default(0.05)
    .describe("What one run may cost, in US dollars"),
  APIFY_DAILY_USD: z.coerce
    .number()
    .nonnegative()
    .default(0.5)
    .describe("What all runs of one UTC day may cost, in US dollars"),
  APIFY_MODE: z
    .enum(["run", "sync"])
    .default("run")
    .describe(
      "run: start, and look again at the next poll. sync: one call, for scrapes under 300 s",
    ),
  APIFY_EVERY_MINUTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(15)
    .describe("Minutes between runs; a run takes three polls"),
});
export type ApifySettings = z.output<typeof ApifySettings>;

/**
 * Costs nothing. Without an answer, after a 408 and after a 5xx the run may be under way all the
 * same.
 */
export const wasRefused = ({ status }: OutsideAnswer): boolean =>
  status !== null && status >= 300 && status < 500 && status !== 408;

type ApifyCall = {
  method?: "POST";
  path: string;
  body?: unknown;
  timeoutMs?: number;
  charge?: number;
};

export function callApify(
  { method, path, body, timeoutMs = 15_000, charge }: ApifyCall,
  settings: ApifySettings,
  ports: GuardedPorts,
): Promise<OutsideAnswer> {
  const spent = (answer: OutsideAnswer) => (wasRefused(answer) ? 0 : (charge ?? 0));
  const cost = charge === undefined ? undefined : { want: charge, atLeast: charge, spent };
  return guardedCall(
    {
      provider: "apify",
      limits: { pace: PACE, dailyBudget: settings.APIFY_DAILY_USD * CENTS },
      ...(cost !== undefined && { cost }),
    },
    () => ({
      ...(method !== undefined && { method }),
      url: `${settings.APIFY_BASE_URL}${path}`,
      headers: {
        authorization: `Bearer ${settings.APIFY_TOKEN}`,
        "content-type": "application/json",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      timeoutMs,
      maxBytes: 4_000_000,
      expect: "json",
      classify: ({ status, json }) =>
        status === 403 && json !== undefined
          ? { kind: "auth", reason: "access refused (HTTP 403)" }
          : undefined,
    }),
    ports,
  );
}
