import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveEmulators } from "../../local/emulators/server.ts";
import { freePorts } from "../../local/supervisor/ports.ts";
import { channelKind } from "../../src/channels/registry.ts";
import { outsideCall } from "../../src/http/request.ts";
import { REFUSALS_BEFORE_PAUSE } from "../../src/outbox/channel-failures.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import { outboxWorld, SECRET, type Target } from "../support/outbox.ts";
import { refusedUrls } from "../support/ssrf-corpus.ts";

const dir = mkdtempSync(join(tmpdir(), "channels-"));
let base = "";
let env: Record<string, string> = {};
let stop = () => {};

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  base = `http://127.0.0.1:${port}`;
  stop = await serveEmulators({ port, requestsDir: dir });
  env = {
    TELEGRAM_BOT_TOKEN: "1:token",
    TELEGRAM_BASE_URL: `${base}/telegram`,
    RESEND_API_KEY: "re_x",
    RESEND_BASE_URL: `${base}/resend`,
    POSTMARK_TOKEN: "pm",
    POSTMARK_BASE_URL: `${base}/postmark`,
    MAIL_FROM: "signals@example.org",
    EGRESS_ALLOW: `127.0.0.1:${port}`,
  };
});
afterAll(() => {
  stop();
  rmSync(dir, { recursive: true, force: true });
});

const overTheWire: Target = ({ url, method, headers, raw }) =>
  fetch(url, { method, headers, body: raw, redirect: "manual" });

type Entry = { idempotency_key: string | null; message: unknown };
const requestsTo = async (emulator: string): Promise<Entry[]> =>
  (await fetch(`${base}/requests/${emulator}`))
    .json()
    .then((body) => (Array.isArray(body) ? body : body.entries));

const CASES = [
  { emulator: "telegram", kind: "telegram", settings: () => ({ chatId: -100 }) },
  {
    emulator: "discord",
    kind: "discord",
    settings: () => ({ url: `${base}/discord/api/webhooks/1/token` }),
  },
  { emulator: "slack", kind: "slack", settings: () => ({ url: `${base}/slack/services/T/B/x` }) },
  { emulator: "resend", kind: "email", settings: () => ({ to: ["ada@example.org"] }) },
  {
    emulator: "postmark",
    kind: "email",
    settings: () => ({ to: ["ada@example.org"], provider: "postmark" }),
  },
  {
    emulator: "webhook",
    kind: "webhook",
    settings: () => ({ url: `${base}/webhook/in`, secrets: [SECRET] }),
  },
  { emulator: "teams", kind: "teams", settings: () => ({ url: `${base}/teams/workflows/1` }) },
  {
    emulator: "pagerduty",
    kind: "pagerduty",
    settings: () => ({ url: `${base}/pagerduty/v2/enqueue`, routingKey: "a".repeat(32) }),
  },
  {
    emulator: "ntfy",
    kind: "ntfy",
    settings: () => ({ server: `${base}/ntfy`, topic: "signals" }),
  },
  {
    emulator: "matrix",
    kind: "matrix",
    settings: () => ({
      homeserver: `${base}/matrix`,
      roomId: "!room:local",
      accessToken: "syt_local_token",
    }),
  },
];
const NOTIFICATIONS = 40;

describe.each(CASES)(
  "delivery to the $emulator emulator while it fails",
  ({ emulator, kind, settings }) => {
    it("loses nothing, and repeats nothing but what was ambiguous", async () => {
      const faults = {
        fault: ["429", "500", "timeout", "cut", "latency"],
        rate: 0.4,
        ms: 20,
        seed: 7,
      };
      const answer = await fetch(`${base}/faults/${emulator}`, {
        method: "PUT",
        body: JSON.stringify(faults),
      });
      expect(answer.ok).toBe(true);
      const world = await outboxWorld({ kind, settings: settings() }, overTheWire, env);
      const symbols = Array.from({ length: NOTIFICATIONS }, (_, n) => `TOKEN${n}X`);
      for (const symbol of symbols)
        await world.change({ transition: 1 }, { symbol, eventKey: `eth:${symbol}:w` });
      let ambiguous = 0;
      for (const { id } of await world.rows()) {
        for (;;) {
          const outcome = await world.deliver(id);
          if (outcome.kind !== "later") break;
          ambiguous += outcome.ambiguous ? 1 : 0;
          world.clock.now = Math.max(world.clock.now, outcome.at);
        }
      }
      const entries = await requestsTo(emulator);
      const arrivals = symbols.map(
        (symbol) =>
          entries.filter(({ message }) => JSON.stringify(message).includes(symbol)).length,
      );
      expect((await world.rows()).every(({ status }) => status === "done")).toBe(true);
      expect(arrivals.filter((count) => count === 0)).toEqual([]);
      expect(entries.length - NOTIFICATIONS).toBeLessThanOrEqual(ambiguous);
      expect(ambiguous).toBeGreaterThan(0);
      const keys = new Set(
        entries.map(({ idempotency_key }) => idempotency_key).filter((key) => key !== null),
      );
      expect([0, NOTIFICATIONS]).toContain(keys.size);
    });

    it.each(["html", "empty", "types", "quota", "gone", "auth"])(
      "survives %s without a throw and with a verdict",
      async (fault) => {
        await fetch(`${base}/faults/${emulator}`, {
          method: "PUT",
          body: JSON.stringify({ fault, rate: 1, ms: 20 }),
        });
        const world = await outboxWorld({ kind, settings: settings() }, overTheWire, env);
        const id = await world.change();
        const outcome = await world.deliver(id);
        expect(["done", "later", "dlq"]).toContain(outcome.kind);
        // A hook and a workflow say all they say by their status.
        if (fault === "empty" && emulator !== "webhook" && emulator !== "teams")
          expect(outcome).toMatchObject({ kind: "later", ambiguous: true });
        // Discord and Telegram say in the body that they refuse; this fault's body is not theirs.
        if (fault === "auth" && emulator !== "discord" && emulator !== "telegram") {
          let refused = outcome;
          for (let n = 1; n < REFUSALS_BEFORE_PAUSE; n++) {
            world.clock.now = refused.kind === "later" ? refused.at : world.clock.now;
            refused = await world.deliver(id);
          }
          expect(await world.channel()).toMatchObject({ status: "paused" });
        }
        if (fault === "html" && emulator !== "webhook")
          expect(outcome).toMatchObject({ kind: "later", result: "retry" });
      },
    );
  },
);

const SINKS = [
  { kind: "clickhouse", settings: () => ({ url: `${base}/clickhouse` }) },
  { kind: "kafka", settings: () => ({ url: `${base}/kafka`, topic: "signals" }) },
  { kind: "ndjson", settings: () => ({ url: `${base}/ndjson/in` }) },
];

describe.each(SINKS)("the stream to the $kind emulator while it fails", ({ kind, settings }) => {
  const setFault = (fault: object) =>
    fetch(`${base}/faults/${kind}`, { method: "PUT", body: JSON.stringify(fault) });

  it("loses no revision, and repeats a batch under its key alone", async () => {
    await setFault({ fault: ["429", "500", "timeout", "cut"], rate: 0.5, ms: 20, seed: 11 });
    const world = await outboxWorld({ kind, settings: settings() }, overTheWire, env);
    for (let n = 0; n < NOTIFICATIONS; n++) {
      const id = await world.change({ transition: 1 }, { eventKey: `eth:T${n % 7}:w` });
      if (n % 5 === 0) await world.deliver(id);
      world.clock.now += 500;
    }
    for (const { id } of await world.rows())
      for (;;) {
        const outcome = await world.deliver(id);
        if (outcome.kind !== "later") break;
        world.clock.now = Math.max(world.clock.now, outcome.at);
      }
    expect((await world.rows()).every(({ status }) => status === "done")).toBe(true);
    const batches = (await requestsTo(kind)).map(({ idempotency_key, message }) => ({
      token: idempotency_key,
      keys: (message as { key: string }[]).map(({ key }) => key),
    }));
    expect(new Set(batches.flatMap(({ keys }) => keys)).size).toBe(NOTIFICATIONS);
    for (const same of Map.groupBy(batches, ({ token }) => token).values())
      if (same[0]?.token) expect(new Set(same.map(({ keys }) => `${keys}`)).size).toBe(1);
  });

  it.each(["html", "empty", "types", "quota", "gone", "auth"])(
    "keeps the rows at %s",
    async (fault) => {
      await setFault({ fault, rate: 1, ms: 20 });
      const world = await outboxWorld({ kind, settings: settings() }, overTheWire, env);
      const outcome = await world.deliver(await world.change());
      // A collector says all it says by its status, and so does ClickHouse.
      const silent = kind !== "kafka" && ["empty", "types", "html"].includes(fault);
      expect(silent ? ["done", "later"] : ["later"]).toContain(outcome.kind);
    },
  );
});

describe("the canary", () => {
  let server: Server;
  let port = 0;
  let hits = 0;

  beforeAll(async () => {
    server = createServer((_, response) => {
      hits++;
      response.writeHead(302, { location: `http://127.0.0.1:${port}/caught` }).end();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.close();
  });

  it("is not reached by any spelling of an inside address", async () => {
    const urls = refusedUrls(port).flatMap((url) => [url, url.replace(/^https:/, "http:")]);
    const webhook = channelKind("webhook");
    const own = ChannelEnv.parse({ OWN_HOSTS: "signals.dev.org" });
    for (const url of urls) {
      const opening = webhook?.open({ url, secrets: [SECRET] }, own);
      expect(opening?.kind, url).toBe("invalid");
    }
    expect(urls.length).toBeGreaterThanOrEqual(160);
    expect(hits).toBe(0);
  });

  it("is alive, and no redirect leads to it", async () => {
    const answer = await outsideCall(
      { provider: "canary", url: `http://127.0.0.1:${port}/`, timeoutMs: 5_000 },
      { fetch, now: Date.now },
    );
    expect(answer.status).toBe(302);
    expect(hits).toBe(1);
  });
});
