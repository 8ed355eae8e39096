import { apify } from "./apify/index.ts";
import { bigquery } from "./bigquery.ts";
import { cloudevents } from "./cloudevents.ts";
import { dexPools } from "./dex-pools.ts";
import { feeds } from "./feeds/index.ts";
import { github } from "./github/index.ts";
import { hackernews } from "./hackernews.ts";
import { httpJson } from "./http-json/index.ts";
import { jetstream } from "./jetstream/index.ts";
import type { Source, SourceSwitch } from "./source.ts";
import { webhook } from "./webhook.ts";
import { x } from "./x/index.ts";

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

/**
 * The names under which polls and the stream bring posts; also of a source that is off, whose
 * posts may be there from an earlier time.
 */
export const reservedNames = (switches: ReadonlyMap<string, SourceSwitch>): ReadonlySet<string> =>
  new Set(
    SOURCES.filter(({ kind }) => kind !== "push").flatMap(({ name }) => {
      const state = switches.get(name);
      return [name, ...(state?.kind === "on" ? state.postsAs : [])];
    }),
  );
