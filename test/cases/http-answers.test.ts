import { expect, it } from "vitest";
import { sampleNotification } from "../../src/channels/_shared/sample.ts";
import type { SendPorts, SendResult } from "../../src/channels/channel.ts";
import { channelKind } from "../../src/channels/registry.ts";
import type { PriorMessage } from "../../src/model/delivery.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import { casesOf } from "./judged.ts";

type Reply = {
  status: number;
  headers?: Record<string, string>;
  body?: string | null;
  fault?: "cut" | "unreadable" | "endless" | "network";
};
type AnswerCase = {
  kind: string;
  settings?: Record<string, unknown>;
  prior?: string;
  replies: Reply[];
  expect: string | string[];
  seconds?: number;
  seconds_from?: number;
  says?: string;
  moved?: string;
  ambiguous?: boolean;
  sends?: string;
  discord_wait?: number;
};

const NOW = Date.parse("2026-11-29T03:00:00Z");
const SLACK_SECONDS = 0.6;
const SETTINGS: Record<string, Record<string, unknown>> = {
  webhook: {
    url: "https://hooks.acme-desk.dev/in",
    secrets: [`whsec_${btoa("0123456789abcdef01234567")}`],
  },
  discord: { url: "https://discord.com/api/webhooks/1/token" },
  slack: { url: "https://hooks.slack.com/services/T0/B0/x" },
  telegram: { chatId: "-1001" },
  email: { to: ["a@mail.example"], from: "b@mail.example" },
};
const env = ChannelEnv.parse({
  TELEGRAM_BOT_TOKEN: "1:token",
  RESEND_API_KEY: "re_key",
  POSTMARK_TOKEN: "key",
});

/** A body that begins and then fails, or never ends. */
function faultyBody({ body, fault }: Reply): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      if (fault === "endless") return new Promise(() => undefined);
      if (fault === "cut" && body) controller.enqueue(new TextEncoder().encode(body.slice(0, 1)));
      controller.error(new Error("terminated"));
      return undefined;
    },
  });
}

function answerOf(reply: Reply): Response {
  if (reply.fault === "network") throw new Error("connection refused");
  const body = reply.fault ? faultyBody(reply) : (reply.body ?? null);
  const bodiless = reply.status === 204 || reply.status === 304;
  return new Response(bodiless ? null : body, {
    status: reply.status,
    ...(reply.headers && { headers: reply.headers }),
  });
}

/** As Discord answers: waits in milliseconds under versions before 8. */
function discordLimit(url: string, seconds: number): Response {
  const version = Number(/\/api\/v(\d+)\//.exec(url)?.[1] ?? 6);
  const wait = version < 8 ? seconds * 1_000 : seconds;
  return Response.json({ message: "limited", retry_after: wait }, { status: 429 });
}

async function send(one: AnswerCase): Promise<{ sent: SendResult; requests: Headers[] }> {
  const opening = channelKind(one.kind)?.open({ ...SETTINGS[one.kind], ...one.settings }, env);
  if (opening?.kind !== "open") throw new Error(JSON.stringify(opening));
  const requests: Headers[] = [];
  const ports: SendPorts = {
    now: () => NOW,
    env,
    idemKey: "key-1",
    prior: priorOf(one),
    log: () => undefined,
    async fetch(url, init) {
      requests.push(new Headers(init.headers));
      if (one.discord_wait !== undefined) return discordLimit(url, one.discord_wait);
      return answerOf(one.replies[requests.length - 1] ?? (one.replies.at(-1) as Reply));
    },
  };
  const sent = await opening.channel.send([sampleNotification("verified", NOW)], ports);
  return { sent, requests };
}

const MEANING: Record<string, string> = {
  ok: "done",
  empty: "done",
  partial: "done",
  retry: "retry",
  throttled: "wait",
  quota: "wait",
  auth: "pause",
  gone: "off",
  reject: "dead",
};

const CHATS: Record<string, string> = { discord: "1", telegram: "1/-1001" };
const priorOf = ({ kind, prior }: AnswerCase): PriorMessage | null =>
  prior === undefined ? null : { id: prior, chat: CHATS[kind] ?? null, shared: false };

const { setTimeout: realTimeout } = globalThis;

it.each(casesOf<AnswerCase>("http-answers"))("$id: $why", async (one) => {
  // An endless body ends with the call's deadline: it comes at once here.
  globalThis.setTimeout = ((run: () => void) => realTimeout(run, 30)) as typeof setTimeout;
  const { sent, requests } = await send(one).finally(() => {
    globalThis.setTimeout = realTimeout;
  });
  const wanted = [one.expect].flat();
  const got = MEANING[sent.verdict.kind] ?? "";
  const maybe = wanted.includes("maybe") && sent.ambiguous;
  expect(maybe || wanted.includes(got), `${got}: ${sent.verdict.reason}`).toBe(true);
  const seconds = (sent.verdict.delayMs ?? 0) / 1_000;
  if (one.seconds !== undefined)
    expect(Math.abs(seconds - one.seconds)).toBeLessThanOrEqual(SLACK_SECONDS);
  if (one.seconds_from !== undefined) expect(seconds).toBeGreaterThanOrEqual(one.seconds_from);
  if (one.says !== undefined)
    expect(sent.verdict.reason.toLowerCase()).toContain(one.says.toLowerCase());
  if (one.moved !== undefined) expect(sent.moved?.chatId).toBe(one.moved);
  if (one.ambiguous !== undefined) expect(sent.ambiguous).toBe(one.ambiguous);
  if (one.sends !== undefined)
    for (const headers of requests) expect(headers.has(one.sends)).toBe(true);
});
