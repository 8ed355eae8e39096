import * as z from "zod";
import { type GuardedPorts, guardedCall } from "../../http/provider-call.ts";
import type { OutsideAnswer } from "../../http/request.ts";
import { requiredText } from "../source.ts";
import { chargedPosts, classifyX } from "./response.ts";

const PACE = { perMinute: 25, gapMs: 0 };

export const XSettings = z.object({
  X_BEARER_TOKEN: requiredText.describe("The app's bearer token; without it the source is off"),
  X_BASE_URL: z.url().default("https://api.x.com").describe("Where X's API is reached"),
  X_QUERY: z
    .string()
    .max(512)
    .default("(crypto OR defi OR token) has:cashtags lang:en -is:retweet -is:reply")
    .describe("The recent search that is followed"),
  X_USERS: z
    .string()
    .default("")
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .describe("Handles whose timelines are followed, separated by spaces or commas"),
  X_VOCAB: z
    .enum(["post", "tweet"])
    .default("post")
    .describe("What the field parameter is called: post since August 2026, tweet before"),
  X_DAILY_POST_BUDGET: z.coerce
    .number()
    .int()
    .nonnegative()
    .default(500)
    .describe("Posts and users that may be paid for on one UTC day"),
  X_EVERY_MINUTES: z.coerce.number().int().min(1).default(5).describe("Minutes between polls"),
});
export type XSettings = z.output<typeof XSettings>;

type Call = {
  path: string;
  params(size: number): Record<string, string>;
  /** Posts and users that it returns at most, and the fewest worth asking for. */
  most: number;
  least: number;
  shape: z.ZodType;
};

/**
 * A call that takes what it may cost from the day's budget before it leaves. A page whose answer
 * was lost is put back: it is asked again, and X charges for a post once a day.
 */
export function callX(
  { path, params, most, least, shape }: Call,
  settings: XSettings,
  ports: GuardedPorts,
): Promise<OutsideAnswer> {
  return guardedCall(
    {
      provider: "x",
      limits: { pace: PACE, dailyBudget: settings.X_DAILY_POST_BUDGET },
      cost: { want: most, atLeast: least, spent: (answer) => chargedPosts(answer.json) },
    },
    (granted) => ({
      url: `${settings.X_BASE_URL}${path}?${new URLSearchParams(params(granted))}`,
      headers: { authorization: `Bearer ${settings.X_BEARER_TOKEN}`, accept: "application/json" },
      timeoutMs: 10_000,
      expect: "json",
      accepts: (json) => shape.safeParse(json).success,
      classify: classifyX,
    }),
    ports,
  );
}
