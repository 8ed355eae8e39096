import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { STAGE_BUDGET_MS } from "../../src/analytics/panels/latency.ts";
import type { ApiPorts } from "../../src/api/app.ts";
import { apiApp } from "../../src/api/app.ts";
import type { OutboxPorts } from "../../src/api/routes/outbox.ts";
import type { RoutingPorts } from "../../src/api/routes/routing.ts";
import { channelCatalogue } from "../../src/channels/catalogue.ts";
import { snakeCased } from "../../src/kit/case.ts";
import { iso } from "../../src/kit/time.ts";
import { FACTS } from "../../src/model/facts.ts";
import { emptySnapshot, metricsCollector } from "../../src/observability/collector.ts";
import type { LiveMessage } from "../../src/observability/live.ts";
import { previewRoutes } from "../../src/outbox/route-preview.ts";
import { waitReason } from "../../src/outbox/wait-reason.ts";
import { loadRoutes } from "../../src/routing/load.ts";
import type { LiveCanary } from "../../src/rules/canary.ts";
import { explainStored } from "../../src/rules/explain.ts";
import { loadRules } from "../../src/rules/load.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import { alertsWorld, DEFAULT_ALERTS, providerOf } from "../support/alerts.ts";
import { ADMIN_KEY, fakePorts } from "../support/api.ts";
import { routesOf } from "../support/routes.ts";
import { type Scene, scene } from "./scene.ts";

const ROUTES = routesOf(`version: "1"
route:
  routes:
    - { name: high, match: score >= 10, channels: [gone], repeat_interval: 1h }
`);

const ROOT = join(import.meta.dirname, "..", "..");
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

export type FakeServer = Scene & {
  url: string;
  adminKey: string;
  tell(message: LiveMessage): void;
  cut(): void;
  refuseReads(refuse: boolean): void;
  close(): Promise<void>;
};

/** What /metrics counted: every stage and two providers, one of which fails now and then. */
function countedTotals() {
  const metrics = metricsCollector();
  for (const [at, stage] of Object.keys(STAGE_BUDGET_MS).entries())
    for (let n = 1; n <= 40; n++)
      metrics.observe("pipeline_latency_ms", { stage }, ((n * 37) % 90) * (at + 1));
  for (let n = 0; n < 120; n++) metrics.observe("external_request_ms", { provider: "goplus" }, n);
  for (let n = 0; n < 80; n++) metrics.observe("external_request_ms", { provider: "dex" }, 2 * n);
  metrics.count("external_error_total_429", { provider: "goplus" }, 7);
  metrics.count("external_error_total_redis", {}, 2);
  metrics.count("cache_total", { provider: "goplus", result: "hit" }, 310);
  metrics.count("cache_total", { provider: "goplus", result: "miss" }, 42);
  metrics.count("breaker_changes_total", { provider: "goplus", state: "open" });
  return metrics.drain() ?? emptySnapshot();
}

/** The page's files with their production headers, and the real API over a store in memory. */
export async function fakeServer(): Promise<FakeServer> {
  const played = await scene(readFileSync(join(ROOT, "rules", "rules.yml"), "utf8"), Date.now());
  const listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
  let next = 1;
  const say = (text: string) => {
    for (const listener of listeners) listener.enqueue(new TextEncoder().encode(text));
  };
  const stream = async () => {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        own = controller;
        listeners.add(controller);
        controller.enqueue(new TextEncoder().encode(`id: ${next}\nevent: hello\ndata: {}\n\n`));
      },
      cancel: () => void listeners.delete(own),
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  };
  const now = () => Date.now();
  const over = {
    now,
    outbox: {
      ownRows: played.store.ownRows,
      routes: async () => null,
      waitReason: (...[row, channels]: Parameters<OutboxPorts["waitReason"]>) =>
        waitReason(row, channels, now()),
      awaited: async () => undefined,
      enqueue: async () => undefined,
      now,
      log: () => undefined,
    },
    panels: {
      query: async () => ({ kind: "off" as const, why: "ANALYTICS_TOKEN is not set" }),
      store: played.store,
      totals: async () => countedTotals(),
      providers: async () => [
        providerOf({ provider: "x", budget: 3_000, budgetLeft: 750, perMinute: 30 }),
        providerOf({ breaker: "open", callsLastMinute: 3 }),
      ],
      now,
    },
    store: played.store,
    keys: played.store,
    ownRows: played.store.ownRows,
    tenants: played.store,
    quotas: played.store.quotaOf,
    stream,
    ...services(),
    channels: {
      ownRows: played.store.ownRows,
      catalogue: catalogue(now),
      seal: async () => ({ sealed: [], unchanged: [], locked: [] }),
      resumed: async () => undefined,
      now,
    },
    rules: rulesOf(played, now),
    routing: {
      of: () => ({
        current: async () => ROUTES,
        status: () => ({ loadedAt: null, rejected: null }),
        load: (text, known) => loadRoutes(text, {}, FACTS, known),
        publish: async () => undefined,
        askMuted: async () => undefined,
        refused: () => undefined,
        channels: async () => [],
        preview: async (tried) =>
          previewRoutes(
            {
              ...tried,
              channels: await played.store.channels(),
              notify: { minScore: 0, on: ["verified"] },
            },
            played.store,
          ),
        vocabulary: FACTS,
        store: played.store,
        now,
      }),
    } satisfies RoutingPorts,
    alerts: await firingAlerts(now()),
    auditLog: played.store,
    deadLetters: {
      ownRows: played.store.ownRows,
      awaited: async () => undefined,
      resend: async () => undefined,
      now,
      log: () => undefined,
    },
    explain: async (signal: Parameters<typeof played.store.commit>[0]["signal"]) =>
      explainStored(played.rules, signal),
  };
  const open = apiApp(fakePorts(over, { publicRead: "operations" }));
  const shut = apiApp(fakePorts(over, { publicRead: "none" }));
  let refusing = false;
  const server = createServer((request, response) => {
    void answer(request, response, (asked) => (refusing ? shut : open).fetch(asked));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...played,
    adminKey: ADMIN_KEY,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    tell({ event, ...data }) {
      say(`id: ${++next}\nevent: ${event}\ndata: ${JSON.stringify(snakeCased(data))}\n\n`);
    },
    cut() {
      for (const listener of listeners) listener.close();
      listeners.clear();
    },
    refuseReads(refuse) {
      refusing = refuse;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The shipped alerts over a service whose breaker has been open for seven minutes. */
async function firingAlerts(now: number): Promise<ApiPorts["alerts"]> {
  const world = await alertsWorld(DEFAULT_ALERTS);
  world.clock.now = now - 7 * 60_000;
  world.providers = [providerOf({ breaker: "open" })];
  await world.minutes(7);
  const { actor, set } = world;
  return {
    current: async () => set,
    view: async () => actor.view(),
    addSilence: async (silence) => actor.addSilence(silence),
    endSilence: async (id) => actor.endSilence(id),
    silenceId: () => "silence-1",
  };
}

function rulesOf({ rules: first, store }: Scene, now: () => number): ApiPorts["rules"] {
  let current = first;
  let canary: LiveCanary | null = null;
  return {
    ...fakePorts().rules,
    current: async () => current,
    load: (text) => loadRules(text, {}, FACTS),
    publish: async (rules) => {
      current = rules;
      canary = null;
    },
    canary: async () => canary,
    startCanary: async (rules, share, { keyId: author }) => {
      canary = { sha: rules.sha, share, since: new Date(now()).toISOString(), author, rules };
    },
    stopCanary: async () => {
      canary = null;
    },
    backtestRows: async (since, limit) =>
      (await store.snapshots(since, limit)).map(({ signal }) => signal),
  };
}

/** The real kinds of channels; a hook called /shut refuses what it gets, every other takes it. */
function catalogue(now: () => number): ApiPorts["channels"]["catalogue"] {
  return channelCatalogue({
    env: ChannelEnv.parse({ PUBLIC_URL: "https://signals.example.com" }),
    now,
    randomBytes: (count) => new Uint8Array(count).fill(7),
    fetch: async (input) =>
      new Response("{}", { status: new Request(input).url.endsWith("/shut") ? 500 : 200 }),
  });
}

/** Two sources, a service, and stand-ins whose faults can be set. */
function services(): Pick<ApiPorts, "sources" | "faults"> {
  const faults = new Map<string, unknown>();
  const at = iso(Date.now() - 60_000);
  const feeds = {
    source: "feeds",
    title: "Feeds",
    kind: "poll",
    on: true,
    why: null,
    everyMinutes: 5,
  } as const;
  const off = {
    ...feeds,
    source: "x",
    on: false,
    why: "X_BEARER_TOKEN is not set",
    everyMinutes: null,
  } as const;
  const last = { at, kind: "throttled", reason: "HTTP 429" } as const;
  const goplus = {
    provider: "goplus",
    breaker: "open",
    cause: "throttled",
    openUntil: null,
    callsLastMinute: 3,
    perMinute: 25,
  } as const;
  return {
    sources: {
      sources: async () => [
        { ...feeds, polledAt: at, movedAt: at, lastVerdict: "ok", leftOut: {}, providers: [] },
        { ...off, polledAt: null, movedAt: null, lastVerdict: null, leftOut: {}, providers: [] },
      ],
      providers: async () => [
        { ...goplus, on: true, why: null, budget: null, budgetLeft: null, last },
      ],
      reset: async () => true,
    },
    faults: {
      async ask(method, name, fault) {
        if (method === "PUT") faults.set(name, fault);
        if (method === "DELETE") faults.delete(name);
        return {
          status: 200,
          json: {
            emulators: ["goplus"],
            faults: ["429", "500"],
            active: Object.fromEntries(faults),
          },
        };
      },
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  fetch: (request: Request) => Response | Promise<Response>,
) {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const asset = file(url.pathname);
  if (asset !== undefined) {
    response
      .writeHead(200, {
        "Content-Type": TYPES[extname(asset.path)] ?? "text/plain",
        ...pageHeaders(),
      })
      .end(asset.content);
    return;
  }
  const headers = new Headers(
    Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const bytes: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) bytes.push(chunk);
  const body = bytes.length === 0 ? {} : { body: Buffer.concat(bytes) };
  const answered = await fetch(
    new Request(url, { method: request.method ?? "GET", headers, ...body }),
  );
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  const reader = answered.body?.getReader();
  response.on("close", () => void reader?.cancel());
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) break;
    response.write(chunk.value);
  }
  response.end();
}

function file(pathname: string): { path: string; content: Buffer } | undefined {
  const name = normalize(pathname === "/" ? "/index" : pathname);
  const path = join(ROOT, "public", extname(name) === "" ? `${name}.html` : name);
  if (!(extname(path) in TYPES)) return undefined;
  try {
    return { path, content: readFileSync(path) };
  } catch {
    return undefined;
  }
}

/** public/_headers as the platform applies it: one block for every path. */
function pageHeaders(): Record<string, string> {
  const lines = readFileSync(join(ROOT, "public", "_headers"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("  "));
  return Object.fromEntries(
    lines.map((line): [string, string] => [
      line.slice(0, line.indexOf(":")).trim(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
}
