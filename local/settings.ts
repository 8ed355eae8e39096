import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { databaseUrl } from "./services/postgres.ts";

export type Ports = {
  worker: number;
  inspector: number;
  postgres: number;
  neon: number;
  redis: number;
  emulators: number;
};

export const redisToken = "local";

/**
 * The settings that lead to each provider's emulator. As soon as the user sets one name of a group,
 * the whole group is theirs: a real key must never be sent to an emulator, nor an emulator's key to
 * the real service.
 */
const groups = (emulators: string): Record<string, string>[] => [
  { GOPLUS_BASE_URL: `${emulators}/goplus`, GOPLUS_APP_KEY: "", GOPLUS_APP_SECRET: "" },
  { DEXSCREENER_BASE_URL: `${emulators}/dexscreener` },
  { GECKOTERMINAL_BASE_URL: `${emulators}/geckoterminal`, COINGECKO_API_KEY: "" },
  {
    BIGQUERY_BASE_URL: `${emulators}/bigquery`,
    GOOGLE_TOKEN_URL: `${emulators}/google/token`,
    GCP_SA_JSON: "",
    GCP_PROJECT_ID: "",
  },
  { TELEGRAM_BASE_URL: `${emulators}/telegram`, TELEGRAM_BOT_TOKEN: "1:local" },
  {
    RESEND_BASE_URL: `${emulators}/resend`,
    RESEND_API_KEY: "re_local",
    MAIL_FROM: "Signals <signals@example.org>",
  },
  { POSTMARK_BASE_URL: `${emulators}/postmark`, POSTMARK_TOKEN: "" },
  { X_BASE_URL: `${emulators}/x`, X_BEARER_TOKEN: "" },
  { APIFY_BASE_URL: `${emulators}/apify`, APIFY_TOKEN: "" },
  { HN_BASE_URL: `${emulators}/hn` },
  { GITHUB_BASE_URL: `${emulators}/github` },
  {
    FEED_URLS: `${emulators}/feeds/rss.xml ${emulators}/feeds/atom.xml ${emulators}/feeds/feed.json`,
  },
  { JETSTREAM_BASE_URL: `${emulators}/jetstream` },
];

function emulatorSettings(emulators: string, user: NodeJS.Dict<string>): Record<string, string> {
  const untouched = groups(emulators).filter((group) =>
    Object.keys(group).every((name) => user[name] === undefined),
  );
  return Object.fromEntries(
    untouched.flatMap((group) => Object.entries(group).filter(([, value]) => value !== "")),
  );
}

const readEnv = (file: string) => (existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {});

/** What the user has set: .dev.vars, then the file of `--env`, which wins. */
export const userSettings = (files: string[]): NodeJS.Dict<string> =>
  Object.assign({}, ...files.map(readEnv));

/**
 * Everything the Worker reads on this machine. Database and Redis are always the local ones: a
 * start must never touch production data.
 */
export function workerSettings(
  ports: Ports,
  adminKey: string,
  user: NodeJS.Dict<string>,
): NodeJS.Dict<string> {
  const emulators = `127.0.0.1:${ports.emulators}`;
  return {
    PUBLIC_URL: `http://127.0.0.1:${ports.worker}`,
    REQUEUE_AFTER_SECONDS: "30",
    EDGE_CACHE: "off",
    ...emulatorSettings(`http://${emulators}`, user),
    ...user,
    EGRESS_ALLOW: [user.EGRESS_ALLOW, emulators].filter(Boolean).join(","),
    LOCAL: "1",
    EMULATORS_URL: `http://${emulators}`,
    ADMIN_KEY: adminKey,
    DATABASE_URL: databaseUrl(ports.postgres),
    NEON_FETCH_ENDPOINT: `http://127.0.0.1:${ports.neon}/sql`,
    UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${ports.redis}`,
    UPSTASH_REDIS_REST_TOKEN: redisToken,
  };
}

/** A quote that the value does not hold: a service account's JSON is full of double ones. */
function quoted(value: string): string {
  const quote = ["'", "`", '"'].find((each) => !value.includes(each));
  if (quote === undefined) throw new Error("a setting holds all three kinds of quotes");
  return `${quote}${value}${quote}`;
}

/** For `wrangler dev --env-file`; the user's own files stay as they are. */
export function writeEnvFile(file: string, settings: NodeJS.Dict<string>): void {
  const lines = Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quoted(value)}`],
  );
  writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
}
