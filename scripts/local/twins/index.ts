import { bigquery, google } from "./bigquery.ts";
import { discord, postmark, resend, slack, telegram, webhook } from "./channels.ts";
import { dexscreener } from "./dexscreener.ts";
import { feeds, generic, github, hackerNews } from "./feeds.ts";
import { geckoterminal } from "./geckoterminal.ts";
import { goplus } from "./goplus.ts";
import { apify, x } from "./social.ts";
import type { Twin } from "./twin.ts";

/** Every provider the product calls; Jetstream, a WebSocket, is served beside them. */
export const twins: readonly Twin[] = [
  ...[goplus, dexscreener, geckoterminal, bigquery, google],
  ...[telegram, webhook, discord, slack, resend, postmark],
  ...[x, apify, feeds, generic, hackerNews, github],
];
