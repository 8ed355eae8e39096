import * as z from "zod";
import { type OutsideAnswer, outsideCall } from "../http/request.ts";
import { requestedDelay } from "../http/status-verdict.ts";
import type { Verdict } from "../http/verdict.ts";
import type { SignalNotification } from "../model/delivery.ts";
import { hookProblem } from "./_shared/egress.ts";
import {
  cutDocument,
  cutText,
  encodeDocument,
  type RichSpan,
  type TextRoom,
} from "./_shared/rich-text.ts";
import { TemplatesSetting } from "./_shared/secrets.ts";
import {
  callPorts,
  READING,
  sentFrom,
  TIMEOUT_MS,
  unacknowledgedSend,
} from "./_shared/send-result.ts";
import { composeAll, signalHeadline } from "./_shared/template.ts";
import { channel, type SendPorts, type SendResult } from "./channel.ts";

const escapeMarkdown = (text: string): string => text.replace(/[\\*_~|>#\-[\]()`@:]/g, "\\$&");

function markdown({ text, style, href }: RichSpan): string {
  if (style === "code") return `\`${text.replaceAll("`", "'")}\``;
  const inner = escapeMarkdown(text);
  if (href !== undefined) return `[${inner}](${href.replaceAll(")", "%29")})`;
  return style ? `**${inner}**` : inner;
}

/** The limit of an embed, in characters including escapes. */
const DESCRIPTION: TextRoom = { units: 4_096, measure: (span) => markdown(span).length };
const MAX_TITLE = 256;

const COLOURS = { verified: 0x2ecc71, downgraded: 0xe74c3c, candidate: 0x95a5a6 };

const Settings = z.object({
  url: z.string().max(2_048).meta({ secret: true }),
  /** A thread of the hook's channel. */
  threadId: z.string().regex(/^\d+$/).optional(),
  username: z.string().max(80).optional(),
  /**
   * Whether a later change of the same event edits the older message instead of sending another.
   */
  updates: z.enum(["new", "edit"]).default("new"),
  templates: TemplatesSetting,
});
type Settings = z.output<typeof Settings>;

export type DiscordMessage = {
  embeds: { title: string; description: string; color: number; timestamp?: string }[];
  allowed_mentions: { parse: never[] };
};

function render(
  notifications: readonly SignalNotification[],
  { templates }: Settings,
  publicUrl: string,
): DiscordMessage {
  const [first] = notifications;
  const description = encodeDocument(
    cutDocument(composeAll(notifications, templates, publicUrl), DESCRIPTION),
    markdown,
  );
  const title = cutText(escapeMarkdown(signalHeadline(notifications)), MAX_TITLE);
  const color = notifications.length === 1 && first ? COLOURS[first.state] : COLOURS.candidate;
  const embed = {
    title,
    description,
    color,
    ...(notifications.length === 1 && first && { timestamp: first.ts }),
  };
  return { embeds: [embed], allowed_mentions: { parse: [] } };
}

const Reply = z.looseObject({
  id: z.string().optional(),
  message: z.string().optional(),
  retry_after: z.number().optional(),
});

const BANNED_MS = 300_000;

/**
 * A hook whose address is refused is gone: Discord bans the IP of clients that go on using it. An
 * answer that is not JSON comes from the edge in front of Discord.
 */
function classify(
  { status, json, headers }: Omit<OutsideAnswer, "verdict">,
  now: number,
): Verdict | undefined {
  if (json === undefined && status !== 429) return undefined;
  if (json === undefined)
    return {
      kind: "throttled",
      reason: "banned for minutes",
      delayMs: Math.max(BANNED_MS, requestedDelay(headers, now) ?? 0),
    };
  const reply = Reply.safeParse(json).data;
  const reason = `HTTP ${status}${reply?.message ? `: ${reply.message.slice(0, 200)}` : ""}`;
  if (status === 200 && reply?.id === undefined) return unacknowledgedSend;
  if (status === 401 || status === 404) return { kind: "gone", reason };
  if (status === 403) return { kind: "auth", reason };
  if (status === 429 && reply?.retry_after !== undefined)
    return { kind: "throttled", reason, delayMs: Math.ceil(reply.retry_after * 1_000) };
  return status === 400 ? { kind: "reject", reason } : undefined;
}

function call(
  method: "POST" | "PATCH",
  url: URL,
  body: object,
  ports: SendPorts,
): Promise<OutsideAnswer> {
  return outsideCall(
    {
      provider: "discord",
      method,
      url: url.href,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      ...READING,
      expect: "json",
      classify: (reply) => classify(reply, ports.now()),
    },
    callPorts(ports),
  );
}

async function send(
  message: DiscordMessage,
  settings: Settings,
  ports: SendPorts,
): Promise<SendResult> {
  const url = new URL(settings.url);
  if (settings.threadId !== undefined) url.searchParams.set("thread_id", settings.threadId);
  if (settings.updates === "edit" && ports.prior !== null) {
    const edit = new URL(url);
    edit.pathname += `/messages/${ports.prior}`;
    const answer = await call("PATCH", edit, message, ports);
    const deleted = answer.status === 404 && /unknown message/i.test(answer.text);
    if (!deleted) return sentFrom(answer, ports.prior);
  }
  url.searchParams.set("wait", "true");
  const body = {
    ...message,
    ...(settings.username !== undefined && { username: settings.username }),
  };
  const answer = await call("POST", url, body, ports);
  return sentFrom(answer, Reply.safeParse(answer.json).data?.id ?? null);
}

export const discord = channel({
  kind: "discord",
  title: "Discord",
  docs: [
    "In the channel's settings create a webhook and give its URL. Whoever has the URL can post:",
    "it is never shown again.",
    "thread_id: post into a thread. username: name shown. updates: edit rewrites the older",
    "message about the same event, new sends another.",
  ].join("\n"),
  settings: Settings,
  policy: "chat",
  sendMs: 2 * TIMEOUT_MS,
  digests: DESCRIPTION,
  threads: true,
  missing: () => null,
  refuse: ({ url }, env) =>
    hookProblem(
      "url",
      url,
      /^(?:ptb\.|canary\.)?discord(?:app)?\.com$/,
      /\/webhooks\/\d+\/[\w-]+$/,
      env,
    ),
  // 5 messages in 2 s a hook, about 30 a minute a channel.
  example: { url: "https://discord.com/api/webhooks/1/token" },
  limits: () => [
    { key: "hook", count: 5, perMs: 2_500, burst: 3 },
    { key: "hook-minute", count: 22, perMs: 60_000, burst: 6 },
  ],
  render: (notifications, settings, env) => render(notifications, settings, env.PUBLIC_URL),
  send,
});
