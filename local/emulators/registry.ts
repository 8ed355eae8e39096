import type { Emulator, EmulatorSettings } from "./emulator.ts";
import { matrix, ntfy, pagerduty, teams } from "./services/alerts.ts";
import { bigquery, google } from "./services/bigquery.ts";
import { discord, postmark, resend, slack, telegram, webhook } from "./services/channels.ts";
import { dexscreener } from "./services/dexscreener.ts";
import { feeds, generic, github, hackerNews } from "./services/feeds.ts";
import { geckoterminal } from "./services/geckoterminal.ts";
import { goplus } from "./services/goplus.ts";
import { jetstream } from "./services/jetstream.ts";
import { otlp } from "./services/otlp.ts";
import { clickhouse, kafka, ndjson } from "./services/sinks.ts";
import { apify, x } from "./services/social.ts";
import { workersAi } from "./services/workers-ai.ts";

/** Every provider the product calls; Jetstream, a WebSocket, is served beside them. */
export const EMULATORS: readonly Emulator[] = [
  ...[goplus, dexscreener, geckoterminal, bigquery, google, workersAi],
  ...[telegram, webhook, discord, slack, resend, postmark],
  ...[teams, pagerduty, ntfy, matrix, clickhouse, kafka, ndjson],
  otlp,
  ...[x, apify, feeds, generic, hackerNews, github],
];

/** What leads the product to each emulator. */
export const EMULATOR_SETTINGS: readonly EmulatorSettings[] = [...EMULATORS, jetstream];
