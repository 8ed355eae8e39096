import { setTimeout as sleepFor } from "node:timers/promises";
import type { AskPorts } from "../../src/enrich/enricher.ts";
import { ENRICHERS } from "../../src/enrich/registry.ts";
import { localGuard } from "../../src/http/local-guard.ts";
import { outsideCall } from "../../src/http/request.ts";
import type { Verdict } from "../../src/http/verdict.ts";
import type { RawVariables } from "../../src/settings/define.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import { SOURCES } from "../../src/sources/registry.ts";
import type { Command, Io } from "../command.ts";
import { parseOptions } from "../options.ts";
import { settingsFrom } from "../settings-file.ts";
import { table } from "../table.ts";

const TIMEOUT_MS = 15_000;

/** What one service said. `ok` null: it is off, or cannot be asked. */
type KeyCheck = { what: string; name: string; ok: boolean | null; says: string };

/** USD Coin on Ethereum: every provider of facts knows it. */
const KNOWN_TOKEN = {
  chain: "eth",
  symbol: "USDC",
  tokenCa: "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
  confidence: 1,
} as const;

const accepted = ({ kind }: Verdict): boolean => ["ok", "partial", "empty"].includes(kind);
const said = ({ kind, reason }: Verdict): string => `${kind}${reason && `: ${reason}`}`;

const ports = (io: Io) => ({
  fetch: (url: string, init: RequestInit) => io.fetch(url, init),
  now: Date.now,
  sleep: (ms: number) => sleepFor(ms),
  guard: localGuard(Date.now),
});

async function checkSources(variables: RawVariables, io: Io): Promise<KeyCheck[]> {
  return Promise.all(
    SOURCES.map(async (source): Promise<KeyCheck> => {
      const shown = { what: "source", name: source.name };
      const on = source.configure(variables);
      if (on.kind === "off") return { ...shown, ok: null, says: `off: ${on.why}` };
      if (on.poll === undefined) return { ...shown, ok: null, says: "is pushed to, or a stream" };
      const { verdict, posts } = await on.poll({ cursor: null, since: null }, ports(io));
      return { ...shown, ok: accepted(verdict), says: `${said(verdict)}; ${posts.length} posts` };
    }),
  );
}

async function checkEnrichers(variables: RawVariables, io: Io): Promise<KeyCheck[]> {
  const nothingKept: AskPorts["features"] = {
    putFeatures: async () => undefined,
    features: async () => undefined,
  };
  return Promise.all(
    ENRICHERS.map(async (enricher): Promise<KeyCheck> => {
      const shown = { what: "enricher", name: enricher.name };
      const on = enricher.configure(variables);
      if (on.kind === "off") return { ...shown, ok: null, says: `off: ${on.why}` };
      const asked = { ...ports(io), tokens: new Map(), features: nothingKept };
      const { verdict, values } = await on.ask(KNOWN_TOKEN, asked);
      const facts = Object.keys(values).length;
      return { ...shown, ok: accepted(verdict), says: `${said(verdict)}; ${facts} facts` };
    }),
  );
}

type ChannelKey = { name: string; setting: string; url: string; headers: Record<string, string> };

/** Calls that send nothing: who am I, and what may I do. */
function channelKeys(env: ChannelEnv): ChannelKey[] {
  const all = [
    {
      name: "telegram",
      setting: "TELEGRAM_BOT_TOKEN" as const,
      url: `${env.TELEGRAM_BASE_URL}/bot${env.TELEGRAM_BOT_TOKEN}/getMe`,
      headers: {},
    },
    {
      name: "resend",
      setting: "RESEND_API_KEY" as const,
      url: `${env.RESEND_BASE_URL}/domains`,
      headers: { authorization: `Bearer ${env.RESEND_API_KEY}` },
    },
    {
      name: "postmark",
      setting: "POSTMARK_TOKEN" as const,
      url: `${env.POSTMARK_BASE_URL}/server`,
      headers: { "x-postmark-server-token": env.POSTMARK_TOKEN, accept: "application/json" },
    },
  ];
  return all.map((each) => ({ ...each, url: env[each.setting] === "" ? "" : each.url }));
}

async function checkChannels(variables: RawVariables, io: Io): Promise<KeyCheck[]> {
  const { fetch, now } = ports(io);
  return Promise.all(
    channelKeys(ChannelEnv.parse(variables)).map(
      async ({ name, setting, url, headers }): Promise<KeyCheck> => {
        if (url === "") return { what: "channel", name, ok: null, says: `off: ${setting} not set` };
        const request = { provider: name, url, headers, timeoutMs: TIMEOUT_MS };
        const { verdict, status } = await outsideCall(request, { fetch, now });
        // Resend's keys that may only send mails are refused everything else by this name.
        const sendsOnly = name === "resend" && /restricted_api_key/.test(verdict.reason);
        const ok = sendsOnly || verdict.kind === "ok";
        const says = sendsOnly ? "ok: may send mails alone" : said(verdict);
        return { what: "channel", name, ok, says: ok ? says : `${status ?? ""} ${says}`.trim() };
      },
    ),
  );
}

export const checkKeys: Command = {
  name: "check-keys",
  summary: "ask every service that your settings name once, and say what it answers",
  usage: `stream check-keys [--settings FILE]

Polls every source that is on once, asks every enricher about one well-known token (USDC on
Ethereum), and asks each service that channels send by who you are. Nothing is stored or sent.
BigQuery counts what its one question reads. Exit code 1 when one of them refuses.

  --settings FILE   default .env.production, else the environment

  npm run -s stream -- check-keys --settings .env.staging`,
  async run(args, io) {
    const { values } = parseOptions(args, { settings: { type: "string" } });
    const variables = settingsFrom(values.settings, io.env);
    const found = (
      await Promise.all([
        checkSources(variables, io),
        checkEnrichers(variables, io),
        checkChannels(variables, io),
      ])
    ).flat();
    if (io.json) io.out(JSON.stringify(found));
    else
      for (const line of table(
        found.map(({ ok, ...each }) => ({ ...each, ok: ok === null ? "-" : ok ? "yes" : "NO" })),
      ))
        io.out(line);
    return found.some(({ ok }) => ok === false) ? 1 : 0;
  },
};
