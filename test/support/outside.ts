import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveEmulators } from "../../local/emulators/server.ts";
import { standInAccount } from "../../local/emulators/services/bigquery.ts";
import { emulatorSettings } from "../../local/settings.ts";
import { freePorts } from "../../local/supervisor/ports.ts";
import { localGuard } from "../../src/http/local-guard.ts";
import type { GuardedPorts } from "../../src/http/provider-call.ts";
import type { CallRecord } from "../../src/http/request.ts";
import { GITHUB_EVENT_TYPES } from "../../src/sources/github/events.ts";

export const SECRETS = [
  "SECRET-bearer",
  "SECRET-apify",
  "SECRET-github",
  "SECRET-header",
  "SECRET-google",
];

/** Every provider's settings, led to the emulators at one address; the keys are recognisable. */
export const settingsAt = (base: string) => ({
  ...emulatorSettings(base),
  X_BEARER_TOKEN: "SECRET-bearer",
  X_DAILY_POST_BUDGET: "5000",
  APIFY_TOKEN: "SECRET-apify",
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
  GCP_SA_JSON: JSON.stringify({ ...JSON.parse(standInAccount()), private_key_id: "SECRET-google" }),
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
  const [port = 0] = await freePorts(1);
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
