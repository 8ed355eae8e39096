import * as z from "zod";
import type { OutsideAnswer } from "../http/request.ts";
import { requestedDelay } from "../http/status-verdict.ts";
import type { Verdict } from "../http/verdict.ts";
import type { PriorMessage, SignalNotification } from "../model/delivery.ts";
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
  callWithJson,
  pageVerdict,
  sentFrom,
  TIMEOUT_MS,
  unacknowledgedSend,
} from "./_shared/send-result.ts";
import {
  composeAll,
  composeNotice,
  noticeHeadline,
  openUrl,
  signalHeadline,
} from "./_shared/template.ts";
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
const MAX_THREAD = 100;

const COLOURS = { verified: 0x2ecc71, downgraded: 0xe74c3c, candidate: 0x95a5a6 };

/** Discord's rules for the names of users and webhooks (User resource, "Usernames"). */
const REFUSED_NAMES = /discord|clyde|```|[@#:]|^(?:everyone|here)$/i;

const Settings = z.object({
  url: z.string().max(2_048).meta({ secret: true }),
  /** A thread of the hook's channel. */
  threadId: z.string().regex(/^\d+$/, "is the number of a thread").optional(),
  /** Makes a thread for each event, in a forum; {symbol} and {state} stand for the signal's. */
  threadName: z.string().trim().min(1).max(100).optional(),
  username: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .refine((name) => !REFUSED_NAMES.test(name), "is a name that Discord refuses")
    .optional(),
  /**
   * Whether a later change of the same event edits the older message instead of sending another.
   */
  updates: z.enum(["new", "edit"]).default("new"),
  templates: TemplatesSetting,
});
type Settings = z.output<typeof Settings>;

export type DiscordMessage = {
  thread_name?: string;
  embeds: { title: string; description: string; color: number; timestamp?: string }[];
  /** A row with a link button. */
  components?: object[];
  allowed_mentions: { parse: never[] };
};

function render(
  notifications: readonly SignalNotification[],
  { templates, threadName }: Settings,
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
  return {
    ...(threadName !== undefined && { thread_name: threadFor(threadName, notifications) }),
    embeds: [embed],
    ...linkButton(openUrl(notifications, publicUrl)),
    allowed_mentions: { parse: [] },
  };
}

/** A hook that no application owns may have buttons that link (Webhook resource, components). */
const linkButton = (url: string | null) =>
  url !== null && {
    components: [{ type: 1, components: [{ type: 2, style: 5, label: "Open", url }] }],
  };

/** The name of a new thread; a digest has no symbol of its own. */
function threadFor(name: string, notifications: readonly SignalNotification[]): string {
  const [only] = notifications;
  const single = notifications.length === 1 ? only : undefined;
  const symbol = single?.symbol ? `$${single.symbol}` : signalHeadline(notifications);
  const filled = name
    .replaceAll("{symbol}", () => symbol)
    .replaceAll("{state}", () => single?.state ?? "");
  return cutText(filled.trim() || "signals", MAX_THREAD);
}

const Reply = z.looseObject({
  id: z.string().optional(),
  channel_id: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  code: z.number().optional().catch(undefined),
  errors: z.unknown().optional(),
  retry_after: z.coerce.number().optional().catch(undefined),
});

/** A ban that names no end. */
const BANNED_MS = 300_000;
/** Discord's code for the network in front of it, which says nothing about the hook. */
const NETWORK_IN_FRONT = 40_333;

/** Discord's errors by field: `embeds.0.description: Must be 4096 or fewer in length.` */
function fieldErrors(errors: unknown, path: readonly string[] = []): string[] {
  if (typeof errors !== "object" || errors === null || path.length > 8) return [];
  return Object.entries(errors).flatMap(([key, value]) => {
    if (key !== "_errors") return fieldErrors(value, [...path, key]);
    const list = z.array(z.object({ message: z.string() })).safeParse(value).data ?? [];
    return list.map(({ message }) => `${path.join(".")}: ${message}`);
  });
}

/**
 * A hook's address under the version of the API that this file reads: without a number Discord
 * answers as version 6, which counts waits in milliseconds.
 */
function hookUrl(url: string): URL {
  const hook = new URL(url);
  hook.pathname = hook.pathname.replace(/^\/api(?:\/v\d+)?\/webhooks\//, "/api/v10/webhooks/");
  return hook;
}

/**
 * A hook whose address is refused is gone: Discord bans the IP of clients that go on using it. An
 * answer that is not JSON comes from the edge in front of Discord.
 */
function classify(
  { status, json, headers }: Omit<OutsideAnswer, "verdict">,
  now: number,
): Verdict | undefined {
  if (json === undefined && status !== 429) return pageVerdict(status);
  if (json === undefined)
    return {
      kind: "throttled",
      reason: "throttled by the edge in front of Discord",
      delayMs: requestedDelay(headers, now) ?? BANNED_MS,
    };
  const reply = Reply.safeParse(json).data;
  const said = [reply?.message, ...fieldErrors(reply?.errors)].filter(Boolean).join("; ");
  const reason = `HTTP ${status}${said ? `: ${said.slice(0, 500)}` : ""}`;
  if (status === 200 && reply?.id === undefined) return unacknowledgedSend;
  // Every error of Discord's has a code; a gateway's JSON says nothing about the hook.
  const isOwn = reply?.code !== undefined || /webhook/i.test(reply?.message ?? "");
  if ((status === 401 || status === 404) && !isOwn) return pageVerdict(status);
  if (status === 401 || status === 404) return { kind: "gone", reason };
  if (status === 403) return { kind: reply?.code === NETWORK_IN_FRONT ? "retry" : "auth", reason };
  if (status === 429 && reply?.retry_after !== undefined)
    return { kind: "throttled", reason, delayMs: Math.ceil(reply.retry_after * 1_000) };
  return status === 400 ? { kind: "reject", reason } : undefined;
}

/**
 * The pause after the last message that a bucket takes: an answer says how many are left, and when
 * it is full again. Waiting for the 429 would count against the hook.
 */
function restAfter({ verdict, headers }: OutsideAnswer): { restMs?: number } {
  if (verdict.kind !== "ok" || headers.get("x-ratelimit-remaining") !== "0") return {};
  const seconds = Number(headers.get("x-ratelimit-reset-after") ?? Number.NaN);
  return seconds > 0 ? { restMs: Math.ceil(seconds * 1_000) } : {};
}

function call(
  method: "POST" | "PATCH",
  url: URL,
  body: object,
  ports: SendPorts,
): Promise<OutsideAnswer> {
  return callWithJson(
    {
      provider: "discord",
      method,
      url: url.href,
      expect: "json",
      classify: (reply) => classify(reply, ports.now()),
    },
    body,
    ports,
  );
}

/** The hook, whose messages alone it can edit, and the thread that they stand in. */
const chatKey = (hook: URL, threadId: string | undefined): string => {
  const id = /\/webhooks\/(\d+)/.exec(hook.pathname)?.[1] ?? "";
  return threadId === undefined ? id : `${id}/${threadId}`;
};

/** The thread of a forum in which the older message about the event stands. */
function threadOf(hook: URL, prior: PriorMessage | null): string | undefined {
  const [id, thread] = prior?.chat?.split("/") ?? [];
  return prior?.shared === false && id === chatKey(hook, undefined) ? thread : undefined;
}

async function send(
  message: DiscordMessage,
  settings: Settings,
  ports: SendPorts,
): Promise<SendResult> {
  const url = hookUrl(settings.url);
  const { prior } = ports;
  const inForum = settings.threadName !== undefined;
  const threadId = inForum ? threadOf(url, prior) : settings.threadId;
  if (threadId !== undefined) url.searchParams.set("thread_id", threadId);
  if (message.components !== undefined) url.searchParams.set("with_components", "true");
  const chat = chatKey(url, threadId);
  const { thread_name, ...content } = message;
  if (settings.updates === "edit" && prior?.chat === chat && !prior.shared) {
    const edit = new URL(url);
    edit.pathname += `/messages/${prior.id}`;
    const answer = await call("PATCH", edit, content, ports);
    const deleted = answer.status === 404 && /unknown message/i.test(answer.text);
    if (!deleted) return { ...sentFrom(answer, prior.id), chat, ...restAfter(answer) };
  }
  url.searchParams.set("wait", "true");
  const body = {
    ...(threadId === undefined ? message : content),
    ...(settings.username !== undefined && { username: settings.username }),
  };
  const answer = await call("POST", url, body, ports);
  const reply = Reply.safeParse(answer.json).data;
  // Of a new thread the answer alone tells the id.
  const madeIn = inForum && threadId === undefined ? reply?.channel_id : threadId;
  const sent = sentFrom(answer, reply?.id ?? null);
  return { ...sent, chat: chatKey(url, madeIn), ...restAfter(answer) };
}

export const discord = channel({
  kind: "discord",
  title: "Discord",
  docs: [
    "In the channel's settings create a webhook and give its URL. Anyone with the URL can post:",
    "it is never shown again.",
    "thread_id: post into a thread. thread_name: for forums, a thread for each event; {symbol} and",
    "{state} stand for the signal's. username: name shown. updates: edit rewrites the older",
    "message about the same event, new sends another.",
  ].join("\n"),
  settings: Settings,
  policy: "chat",
  sendMs: 2 * TIMEOUT_MS,
  digests: DESCRIPTION,
  threads: true,
  missing: () => null,
  refuse: ({ url, threadId, threadName }, env) =>
    (threadId !== undefined && threadName !== undefined
      ? { path: "threadName", message: "makes threads of its own: leave thread_id out" }
      : null) ??
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
  renderNotice: (notice, { threadName }) => ({
    ...(threadName !== undefined && { thread_name: cutText(noticeHeadline(notice), MAX_THREAD) }),
    embeds: [
      {
        title: cutText(escapeMarkdown(noticeHeadline(notice)), MAX_TITLE),
        description: encodeDocument(cutDocument(composeNotice(notice), DESCRIPTION), markdown),
        color: COLOURS.downgraded,
        timestamp: notice.at,
      },
    ],
    allowed_mentions: { parse: [] },
  }),
  send,
});
