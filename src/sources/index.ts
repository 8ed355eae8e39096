import { apify } from "./apify.ts";
import { bigquery } from "./bigquery.ts";
import { cloudevents } from "./cloudevents.ts";
import { dexPools } from "./dex-pools.ts";
import { feeds } from "./feeds.ts";
import { github } from "./github.ts";
import { hackernews } from "./hackernews.ts";
import { httpJson } from "./http-json.ts";
import { jetstream } from "./jetstream.ts";
import type { Source } from "./source.ts";
import { webhook } from "./webhook.ts";
import { x } from "./x.ts";

/** Every source of posts beside POST /ingest. */
export const SOURCES: readonly Source[] = [
  x,
  apify,
  bigquery,
  dexPools,
  jetstream,
  hackernews,
  feeds,
  github,
  httpJson,
  cloudevents,
  webhook,
];
