import { generateKeyPairSync } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { channelKind } from "../../src/channels/registry.ts";
import type { AskPorts } from "../../src/enrich/enricher.ts";
import { ENRICHERS } from "../../src/enrich/registry.ts";
import { localGuard } from "../../src/http/local-guard.ts";
import type { GuardedPorts } from "../../src/http/provider-call.ts";
import type { Chain } from "../../src/model/scalars.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import { SOURCES } from "../../src/sources/registry.ts";
import { notificationOf } from "./outbox.ts";

/**
 * Recorded-looking answers of every provider, kept beside the repository; not everyone has them.
 */
const FOLDER =
  process.env.PROVIDER_SAMPLES ??
  join(import.meta.dirname, "..", "..", "..", "shared", "providers");
const INDEX = "manifest.json";

type Listed = { file: string; status: number | null };
export const samples: Listed[] = existsSync(join(FOLDER, INDEX))
  ? JSON.parse(readFileSync(join(FOLDER, INDEX), "utf8"))
  : [];
/** The files themselves, whatever the index says. */
export const sampleFiles = (): string[] =>
  readdirSync(FOLDER).filter((file) => !file.endsWith(".md") && file !== INDEX);
export const textOf = (file: string): string => readFileSync(join(FOLDER, file), "utf8");
export const jsonOf = (file: string) => JSON.parse(textOf(file));
const statusOf = (file: string): number =>
  samples.find((each) => each.file === file)?.status ?? 200;

/** Ten minutes after the samples' own time. */
export const NOW = 1_795_170_300_000;

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const KEY_FILE = JSON.stringify({
  client_email: "stream@demo.iam.gserviceaccount.com",
  private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  project_id: "demo-project",
});

export type Reply = { status?: number; headers?: Record<string, string>; text: string };
export const sample = (file: string, headers: Record<string, string> = {}): Reply => ({
  status: statusOf(file),
  headers,
  text: textOf(file),
});

/** Ports over given answers, one after another; the last one stays. */
function answering(replies: Reply[]) {
  const sent: { url: string; body: string | undefined }[] = [];
  const left = [...replies];
  const ports: GuardedPorts = {
    fetch: async (url, init) => {
      sent.push({ url, body: init.body === undefined ? undefined : String(init.body) });
      const reply = left.length > 1 ? left.shift() : left[0];
      return new Response(reply?.text, {
        status: reply?.status ?? 200,
        headers: reply?.headers ?? {},
      });
    },
    now: () => NOW,
    sleep: async () => undefined,
    guard: localGuard(() => NOW),
  };
  return { ports, sent };
}

/** What a source makes of the answers. */
export async function polled(
  name: string,
  env: Record<string, string>,
  replies: Reply[],
  cursor: string | null = null,
) {
  const on = SOURCES.find((source) => source.name === name)?.configure(env);
  if (on?.kind !== "on" || on.poll === undefined) throw new Error(`${name} is off`);
  const { ports, sent } = answering(replies);
  return { ...(await on.poll({ cursor, since: null }, ports)), sent };
}

/** What a push source makes of a request. */
export async function received(
  name: string,
  env: Record<string, string>,
  headers: Record<string, string>,
  text: string,
  now = NOW,
) {
  const on = SOURCES.find((source) => source.name === name)?.configure(env);
  if (on?.kind !== "on" || on.receive === undefined) throw new Error(`${name} is off`);
  const bytes = new Uint8Array(new TextEncoder().encode(text));
  return on.receive({ headers: new Map(Object.entries(headers)), bytes, text, now });
}

export const DEMO = "0x5b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4";

/** What an enricher makes of the answers about the samples' token. */
export async function asked(
  name: string,
  replies: Reply[],
  env: Record<string, string> = {},
  tokenCa = DEMO,
  chain: Chain = "eth",
) {
  const on = ENRICHERS.find((enricher) => enricher.name === name)?.configure(env);
  if (on?.kind !== "on") throw new Error(`${name} is off`);
  const { ports, sent } = answering(replies);
  const features = { putFeatures: async () => undefined, features: async () => undefined };
  const askPorts: AskPorts = { ...ports, tokens: new Map(), features };
  return { ...(await on.ask({ chain, symbol: "DEMO", tokenCa, confidence: 1 }, askPorts)), sent };
}

const CHANNEL_ENV = ChannelEnv.parse({
  TELEGRAM_BOT_TOKEN: "1:token",
  RESEND_API_KEY: "re_demo",
  POSTMARK_TOKEN: "demo",
  MAIL_FROM: "Signals <signals@example.org>",
  PUBLIC_URL: "https://signals.example.org",
});

/** What a channel makes of the answers to one message. */
export async function sentTo(kind: string, settings: Record<string, unknown>, replies: Reply[]) {
  const opening = channelKind(kind)?.open(settings, CHANNEL_ENV);
  if (opening?.kind !== "open") throw new Error(`${kind}: ${JSON.stringify(opening)}`);
  const { ports, sent } = answering(replies);
  const more = { env: CHANNEL_ENV, idemKey: "key-1", prior: null, log: () => undefined };
  const outcome = await opening.channel.send([notificationOf()], { ...ports, ...more });
  return { ...outcome, sent };
}

/** A server of one answer, for clients that make their own requests. It keeps what it was asked. */
export async function serving(reply: Reply) {
  const requests: { url: string; headers: NodeJS.Dict<string | string[]> }[] = [];
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? "", headers: request.headers });
    request
      .resume()
      .on("end", () =>
        response
          .writeHead(reply.status ?? 200, { "content-type": "application/json" })
          .end(reply.text),
      );
  });
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    }),
  );
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, requests, stop };
}
