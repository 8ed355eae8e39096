import * as z from "zod";
import {
  days,
  filledIn,
  flag,
  numberSetting,
  optionalText,
  splitWords,
  webAddress,
  wholeNumber,
  wordList,
} from "./define.ts";
import { languageCodes } from "./languages.ts";

const secretKey = z.string().min(32, "must be 32 random characters or more");

/** Half a key cannot be guessed or sent, so an admin key is as long as a generated one. */
/** The regions that Cloudflare takes as hints for Durable Objects. */
const LOCATIONS = [
  ...(["wnam", "enam", "sam", "weur", "eeur"] as const),
  ...(["apac", "oc", "afr", "me"] as const),
] as const;
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

/** The Worker's own settings, by name. */
export const CoreShape = {
  DATABASE_URL: z
    .string({ error: "is not set" })
    .startsWith("postgres", "is not a postgresql:// connection string")
    .describe("A connection string of Neon, or of PostgreSQL behind Neon's HTTP protocol"),
  READ_DATABASE_URL: z
    .string()
    .startsWith("postgres", "is not a postgresql:// connection string")
    .optional()
    .describe(
      "A read replica (Neon makes one in a minute) for what the API reads of the feed; it may be " +
        "a moment old, and DATABASE_URL answers while it is out of reach",
    ),
  NEON_FETCH_ENDPOINT: webAddress
    .optional()
    .describe("Set by npm start: where statements are posted in place of Neon"),
  UPSTASH_REDIS_REST_URL: webAddress
    .optional()
    .describe("Redis for caches and shared rate limits; without it neither exists"),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional().describe("The token of that Redis"),
  STREAM_LEAVES: wholeNumber(1, 64)
    .default(1)
    .describe(
      "Objects that the listeners of the live stream are spread over, 1,000 each; with 1 all " +
        "2,000 are at one object (docs/scale.md)",
    ),
  COMMIT_LANES: wholeNumber(1, 64)
    .default(2)
    .describe(
      "Objects that commit events, each with one statement of up to 50 at a time (docs/scale.md)",
    ),
  ADMIN_KEY: z
    .string()
    .regex(ADMIN_KEY, "must be ess_ID.SECRET, the secret of 24 letters and digits or more")
    .optional()
    .describe(
      "ess_ID.SECRET: has every scope and needs no database; make other keys, then remove it",
    ),
  KEY_PEPPER: secretKey
    .optional()
    .describe(
      "Mixed into the stored hashes of keys made from now on: 32 random characters or more; " +
        "without it, or with another one, those keys are not known",
    ),
  SECRETS_KEY: secretKey
    .optional()
    .describe(
      "Encrypts the secrets of channels in the database: 32 random characters or more, such as " +
        "`openssl rand -base64 32` prints; without it they are stored in clear",
    ),
  SECRETS_KEY_PREVIOUS: splitWords
    .pipe(z.array(secretKey))
    .default([])
    .describe("Earlier values of SECRETS_KEY, which still open what was sealed with them"),
  ...judging,
  SOURCES_OFF: wordList.describe("Names of sources to leave off, separated by spaces or commas"),
  PUBLIC_READ: flag("on").describe("Whether reading needs no API key"),
  EDGE_CACHE: flag("on").describe(
    "Lets the cache before the Worker keep public reads for seconds; off where everyone should " +
      "see the latest",
  ),
  RATE_FLOORS: flag("on").describe(
    "Limits addresses, keys without a limit of their own, and costly routes (docs/api.md)",
  ),
  REQUEUE_AFTER_SECONDS: wholeNumber(5)
    .default(600)
    .describe("How long an accepted post may stay without an outcome before it is queued again"),
  OVERLOADED_AFTER_SECONDS: wholeNumber(1)
    .default(60)
    .describe("While 1,000 posts of a source have waited longer, it is refused (429)"),
  TRACE_RATIO: numberSetting(0, 1)
    .default(1)
    .describe("The share of posts whose trace is exported; posts of a sender's trace follow it"),
  OTLP_ENDPOINT: webAddress
    .optional()
    .describe(
      "Where the spans of posts are exported to by OTLP over HTTP (/v1/traces is added), " +
        "TRACE_RATIO of the posts; unset: nowhere",
    ),
  OTLP_HEADERS: z
    .string()
    .regex(/^[\w-]+=[^,\r\n]+(,[\w-]+=[^,\r\n]+)*$/, "must be name=value pairs, divided by commas")
    .or(z.literal(""))
    .default("")
    .describe("Headers of those requests, such as authorization=Bearer KEY; a comma divides them"),
  LOG_POSTS: wholeNumber(0)
    .default(100)
    .describe(
      "So many posts of one batch have a line of their own in the log; of more an even sample, " +
        "and a line for each outcome counts the rest",
    ),
  LOCATION_HINT: z
    .enum(LOCATIONS)
    .optional()
    .describe(
      "Where the objects of events and channels are made: the region of the database, so that " +
        "each commit is a short round trip; unset: near the first caller",
    ),
  RETENTION_DAYS_POSTS: days(90).describe(
    "Days after which posts are deleted that came to nothing; 0 keeps them",
  ),
  RETENTION_DAYS_EVENTS: days(0).describe(
    "Days after which events are deleted, by their last post; 0 keeps them",
  ),
  RETENTION_DAYS_DELIVERIES: days(0).describe(
    "Days after which ended rows of the outbox and their attempts are deleted; 0 keeps them",
  ),
  RETENTION_DAYS_DEAD_LETTERS: days(0).describe(
    "Days after which dead letters are deleted, replayed or not; 0 keeps them",
  ),
  RETENTION_DAYS_HISTORY: days(90).describe(
    "Days after which changes of signals are deleted from their history; 0 keeps them",
  ),
  RETENTION_DAYS_FEATURES: days(90).describe(
    "Days after which on-chain features are deleted; 0 keeps them",
  ),
  HEARTBEAT_URL: webAddress
    .optional()
    .describe(
      "A dead man's switch: called each minute in which nothing critical fires; an address of " +
        "healthchecks.io or the like, whose path is a secret",
    ),
  ANALYTICS_ACCOUNT_ID: z
    .string()
    .optional()
    .describe("The Cloudflare account whose points the dashboard reads; without it, the tables"),
  ANALYTICS_TOKEN: z
    .string()
    .optional()
    .describe("An API token of that account with the permission Account Analytics: Read"),
  ANALYTICS_BASE_URL: webAddress
    .default("https://api.cloudflare.com/client/v4")
    .describe("Where the Cloudflare API is reached"),
  ANALYTICS_SINK_URL: webAddress
    .optional()
    .describe("Set by npm start: takes the points in place of Analytics Engine"),
  EMULATORS_URL: webAddress.optional().describe("Set by npm start: where the emulators listen"),
  LOCAL: z.string().optional().describe("Set by npm start: the machine is its owner's"),
};

/** What all channels of a deployment share. */
const base = (url: string) => webAddress.default(url);
const text = optionalText;
export const ChannelShape = {
  TELEGRAM_BOT_TOKEN: text.describe("The bot that Telegram channels send by"),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[A-Za-z0-9_-]{16,256}$/, "is not 16 to 256 letters, digits, _ or -")
    .or(z.literal(""))
    .default("")
    .describe(
      "With it Telegram messages have buttons that explain and mute, whose answers come to " +
        "/telegram/webhook (stream telegram webhook)",
    ),
  TELEGRAM_BASE_URL: base("https://api.telegram.org").describe(
    "Where Telegram's Bot API is reached",
  ),
  RESEND_API_KEY: text.describe("Sends the mails of e-mail channels by Resend"),
  RESEND_BASE_URL: base("https://api.resend.com").describe("Where Resend is reached"),
  POSTMARK_TOKEN: text.describe("Sends the mails of e-mail channels by Postmark"),
  POSTMARK_BASE_URL: base("https://api.postmarkapp.com").describe("Where Postmark is reached"),
  MAIL_FROM: text.describe(
    "The sender of mails when a channel names none: Signals <signals@example.org>",
  ),
  PUBLIC_URL: webAddress
    .default("")
    .describe("This deployment's own address, for links in messages and against calling itself"),
  EGRESS_ALLOW: wordList.describe(
    "host:port pairs that hooks may reach over http and by address; for local emulators only",
  ),
  OWN_HOSTS: wordList.describe(
    "Further host names of this deployment: a hook that led back to it would loop",
  ),
};

/** The warning of a start without SECRETS_KEY. */
export const SECRETS_IN_CLEAR =
  "SECRETS_KEY is not set: the secrets of channels are stored in clear in the database";

/** What `npm run deploy` reads beside them. None of it reaches the Worker. */
export const DeployShape = {
  MIGRATIONS_DATABASE_URL: z
    .string()
    .startsWith("postgres", "is not a postgresql:// connection string")
    .optional()
    .describe(
      "The owner's connection string, where DATABASE_URL is the Worker's own role; without it " +
        "DATABASE_URL is the owner's, and a role is made for the Worker",
    ),
  HYPERDRIVE_ID: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "is not the id of a Hyperdrive configuration (32 hexadecimal digits)")
    .optional()
    .describe(
      "A Hyperdrive configuration without caching, for a PostgreSQL that does not speak Neon's " +
        "HTTP protocol (docs/deploy.md)",
    ),
  PLACEMENT: z
    .string()
    .regex(
      /^(off|smart|(aws|gcp|azure):[a-z0-9-]+|host:[\w.-]+:\d+)$/,
      "is none of aws:eu-central-1 (or gcp:, azure:), host:db.example.com:5432, smart and off",
    )
    .optional()
    .describe(
      "Where the Worker runs for what the cache does not answer: a cloud's region, a host to be " +
        "near, smart or off; unset: the region that a DATABASE_URL of Neon names",
    ),
  TRACE_DESTINATIONS: wordList.describe(
    "Names of destinations, made in the account's dashboard under Observability, to which the " +
      "platform exports the Worker's traces by OTLP, TRACE_RATIO of them; unset: to none",
  ),
  QUEUE_SHARDS: wholeNumber(1, 16)
    .default(1)
    .describe(
      "Queues that the posts, and that the mentions are spread over by their keys: the platform " +
        "takes 5,000 messages a second for each (docs/scale.md)",
    ),
  ARCHIVE_BUCKET: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,19}$/, "is no name of up to 20 small letters, digits and dashes")
    .optional()
    .describe(
      "A bucket of R2, behind the Worker's name, that posts, events and changes of signals are " +
        "written to as Parquet before retention deletes them; unset: they are deleted alone " +
        "(docs/operations.md)",
    ),
  CLOUDFLARE_API_TOKEN: z
    .string()
    .optional()
    .describe("Who deploys; without it the login of npx wrangler login"),
  CLOUDFLARE_ACCOUNT_ID: z
    .string()
    .optional()
    .describe("Which account, where the login has several"),
};

export const DEPLOY_SETTING_NAMES: readonly string[] = Object.keys(DeployShape);

export const CORE_SETTING_NAMES: readonly string[] = Object.keys(CoreShape);
export const CHANNEL_SETTING_NAMES: readonly string[] = Object.keys(ChannelShape);

/**
 * Reads settings whose empty variables are unset; other names are left out. A record would refuse
 * process.env, which is no plain object.
 */
const filled = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.looseObject({}).transform(filledIn).pipe(z.object(shape));

/** The Worker's own settings. Empty variables are unset. */
export const Settings = filled(CoreShape);
export type Settings = z.infer<typeof Settings>;

export const JudgingSettings = filled(judging);

const publicHost = (url: string): string[] =>
  url.startsWith("https://") && URL.canParse(url) ? [new URL(url).hostname] : [];

/** Base URLs, the bot's token, mail keys, and where outside calls may go. */
export const ChannelEnv = filled(ChannelShape).transform((given) => ({
  ...given,
  OWN_HOSTS: [...given.OWN_HOSTS, ...publicHost(given.PUBLIC_URL)],
}));
export type ChannelEnv = z.infer<typeof ChannelEnv>;
