import * as z from "zod";
import {
  days,
  filledIn,
  flag,
  numberSetting,
  optionalText,
  webAddress,
  wholeNumber,
  wordList,
} from "./define.ts";
import { languageCodes } from "./languages.ts";

/** Half a key cannot be guessed or sent, so an admin key is as long as a generated one. */
const ADMIN_KEY = /^[a-z]{2,8}_[A-Za-z0-9]{1,40}\.[A-Za-z0-9_-]{24,200}$/;

/** What judges a post. `cli run` reads these alone: it needs no database. */
const judging = {
  EVENT_WINDOW_MINUTES: wholeNumber(1, 1440)
    .default(60)
    .describe("How long posts about one token count as one event, in minutes"),
  LANGUAGES: languageCodes.describe("Codes of the languages that are let through; empty lets all"),
  SPAM_FROM: numberSetting(0, 1)
    .default(0.5)
    .describe("The spam score from which a post is dropped; 1 drops hardly any"),
};

const core = {
  DATABASE_URL: z
    .string({ error: "is not set" })
    .startsWith("postgres", "is not a postgresql:// connection string"),
  NEON_FETCH_ENDPOINT: webAddress.optional(),
  UPSTASH_REDIS_REST_URL: webAddress.optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),
  ADMIN_KEY: z
    .string()
    .regex(ADMIN_KEY, "must be ess_ID.SECRET, the secret of 24 letters and digits or more")
    .optional()
    .describe("The key that may do everything"),
  ...judging,
  PUBLIC_READ: flag("on").describe("Whether reading needs no API key"),
  EDGE_CACHE: flag("on").describe(
    "Keeps public reads at the edge for seconds; off where everyone should see the latest",
  ),
  REQUEUE_AFTER_SECONDS: wholeNumber(5)
    .default(600)
    .describe("How long an accepted post may stay without an outcome before it is queued again"),
  OVERLOADED_AFTER_SECONDS: wholeNumber(1)
    .default(60)
    .describe(
      "While 1,000 accepted posts have waited longer than this, no more are accepted (429)",
    ),
  RETENTION_DAYS_POSTS: days(90),
  RETENTION_DAYS_EVENTS: days(0),
  RETENTION_DAYS_DELIVERIES: days(0),
  RETENTION_DAYS_DEAD_LETTERS: days(0),
  RETENTION_DAYS_FEATURES: days(90),
  EMULATORS_URL: webAddress.optional().describe("Set by npm start: where the emulators listen"),
  LOCAL: z.string().optional().describe("Set by npm start"),
};

/** What all channels of a deployment share. */
const base = (url: string) => webAddress.default(url);
const text = optionalText;
const shared = {
  TELEGRAM_BOT_TOKEN: text,
  TELEGRAM_BASE_URL: base("https://api.telegram.org"),
  RESEND_API_KEY: text,
  RESEND_BASE_URL: base("https://api.resend.com"),
  POSTMARK_TOKEN: text,
  POSTMARK_BASE_URL: base("https://api.postmarkapp.com"),
  /** Sender of mails when a channel names none: "Signals <signals@example.org>". */
  MAIL_FROM: text,
  /** Address of this deployment; without it messages carry no links into its pages. */
  PUBLIC_URL: webAddress.default(""),
  /** host:port pairs that may be reached over http and by address: the local emulators only. */
  EGRESS_ALLOW: wordList,
  /** Further hosts of this deployment: a hook that points at ourselves would loop. */
  OWN_HOSTS: wordList,
};

export const CORE_SETTING_NAMES: readonly string[] = Object.keys(core);
export const CHANNEL_SETTING_NAMES: readonly string[] = Object.keys(shared);

/** Reads settings whose empty variables are unset; other names are left out. */
const filled = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.record(z.string(), z.unknown()).transform(filledIn).pipe(z.object(shape));

/** The Worker's own settings. Empty variables are unset. */
export const Settings = filled(core);
export type Settings = z.infer<typeof Settings>;

export const JudgingSettings = filled(judging);

const publicHost = (url: string): string[] =>
  url.startsWith("https://") && URL.canParse(url) ? [new URL(url).hostname] : [];

/** Base URLs, the bot's token, mail keys, and where outside calls may go. */
export const ChannelEnv = filled(shared).transform((given) => ({
  ...given,
  OWN_HOSTS: [...given.OWN_HOSTS, ...publicHost(given.PUBLIC_URL)],
}));
export type ChannelEnv = z.infer<typeof ChannelEnv>;
