import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveEmulators } from "../../local/emulators/server.ts";
import { localGuard } from "../../src/http/local-guard.ts";
import type { GuardedPorts } from "../../src/http/provider-call.ts";
import type { CallRecord } from "../../src/http/request.ts";
import { GITHUB_EVENT_TYPES } from "../../src/sources/github/events.ts";

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === "object" && address !== null ? address.port : 0),
      );
    });
  });

export const SECRETS = [
  "SECRET-bearer",
  "SECRET-apify",
  "SECRET-github",
  "SECRET-header",
  "SECRET-google",
];

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const keyFile = {
  client_email: "stream@local.iam.gserviceaccount.com",
  private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  private_key_id: "SECRET-google",
  project_id: "local",
};

/** Every provider's settings, pointed at one base address. */
export const settingsAt = (base: string) => ({
  X_BASE_URL: `${base}/x`,
  X_BEARER_TOKEN: "SECRET-bearer",
  X_USERS: "local_user",
  X_DAILY_POST_BUDGET: "5000",
  APIFY_BASE_URL: `${base}/apify/v2`,
  APIFY_TOKEN: "SECRET-apify",
  GECKOTERMINAL_BASE_URL: `${base}/geckoterminal/api/v2`,
  DEXSCREENER_BASE_URL: `${base}/dexscreener`,
  GOPLUS_BASE_URL: `${base}/goplus`,
  HN_BASE_URL: `${base}/hn/v0`,
  FEED_URLS: `${base}/feeds/rss.xml ${base}/feeds/atom.xml ${base}/feeds/feed.json`,
  GITHUB_BASE_URL: `${base}/github`,
  GITHUB_TOKEN: "SECRET-github",
  GITHUB_EVENTS: GITHUB_EVENT_TYPES.join(" "),
  HTTP_JSON_TOKEN: "SECRET-header",
  HTTP_JSON_SOURCES: JSON.stringify([
    {
      name: "generic",
      url: `${base}/generic/list?size=10`,
      method: "POST",
      body: { key: "${HTTP_JSON_TOKEN}" },
      headers: { authorization: "Bearer ${HTTP_JSON_TOKEN}" },
      pages: { param: "page", from: "number" },
      items: "data.list",
      map: { id: "id", text: "text", author: "author", posted_at: "posted_at" },
    },
  ]),
  BQ_SOURCE_SQL: "SELECT id, author, text, posted_at FROM `local.demo.posts`",
  BIGQUERY_BASE_URL: `${base}/bigquery`,
  GOOGLE_TOKEN_URL: `${base}/google/token`,
  GCP_SA_JSON: JSON.stringify(keyFile),
  WEBHOOK_SECRETS: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
});

export type Emulators = {
  base: string;
  setFaults(settings: object | null): Promise<void>;
  stop(): void;
};

/**
 * The provider emulators on a port of their own, with one fault for all of them. A clock that
 * stands still makes every feed show the same to all.
 */
export async function startEmulators(now: () => number = Date.now): Promise<Emulators> {
  const port = await freePort();
  const stop = await serveEmulators({
    port,
    requestsDir: mkdtempSync(join(tmpdir(), "emulators-")),
    now,
  });
  const base = `http://127.0.0.1:${port}`;
  return {
    base,
    stop,
    async setFaults(settings) {
      const reply = await fetch(`${base}/faults/*`, {
        method: settings === null ? "DELETE" : "PUT",
        ...(settings !== null && { body: JSON.stringify(settings) }),
      });
      if (!reply.ok) throw new Error(`faults: ${await reply.text()}`);
    },
  };
}

/**
 * Ports for outside calls, with a record of each: what was asked, and what was said of it. Each has
 * a guard of its own.
 */
export function outsidePorts(more: Partial<GuardedPorts> = {}) {
  const now = more.now ?? Date.now;
  const calls: string[] = [];
  const records: CallRecord[] = [];
  const ports: GuardedPorts = {
    fetch: (url, init) => {
      calls.push(url);
      return fetch(url, init);
    },
    now,
    sleep: async () => undefined,
    guard: localGuard(now),
    telemetry: (record) => records.push(record),
    ...more,
  };
  return { ports, calls, records };
}
