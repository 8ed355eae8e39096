import * as z from "zod";
import type { OutsideAnswer } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import type { PriorMessage } from "../model/delivery.ts";
import { keyboardOf } from "../telegram/buttons.ts";
import { htmlWith } from "./_shared/html.ts";
import {
  cutDocument,
  documentText,
  encodeDocument,
  ofText,
  type RichDocument,
} from "./_shared/rich-text.ts";
import { TemplatesSetting } from "./_shared/secrets.ts";
import {
  callWithJson,
  pageVerdict,
  sentFrom,
  TIMEOUT_MS,
  unacknowledgedSend,
} from "./_shared/send-result.ts";
import { composeAll, composeNotice, openUrl } from "./_shared/template.ts";
import { channel, type PaceLimit, type SendPorts, type SendResult } from "./channel.ts";

/** Telegram accepts 4,096 UTF-16 units, not counting tags; messages stay below that. */
const ROOM = ofText(4_095);

/** Telegram shows the first hundred styles and links of a message, and the rest as plain text. */
const MAX_ENTITIES = 100;

const html = htmlWith({ bold: "b", italic: "i", code: "code" });

/**
 * The same text with tags, and without them in case Telegram cannot parse the tags. `open`: where
 * its button leads. `asks`: it is about one signal, so that its buttons may ask for more.
 */
export type TelegramMessage = { html: string; text: string; open?: string | null; asks?: boolean };

const written = (doc: RichDocument): TelegramMessage => {
  const fitting = cutDocument(doc, ROOM);
  return { html: encodeDocument(fitting, html), text: documentText(fitting) };
};

const Settings = z.object({
  chatId: z
    .union([z.string(), z.number().int()])
    .transform(String)
    .pipe(
      z
        .string()
        .regex(
          /^(-?\d{1,16}|@[A-Za-z][A-Za-z0-9_]{3,31})$/,
          "is a number such as -1001234567890 or a name such as @channel",
        ),
    ),
  /** Topic of a forum group. */
  threadId: z.number().int().positive().optional(),
  silent: z.boolean().default(false),
  /** What a later change of the same event does to the chat. */
  updates: z.enum(["reply_and_edit", "edit", "reply", "new"]).default("reply_and_edit"),
  templates: TemplatesSetting,
});
type Settings = z.output<typeof Settings>;

const Reply = z.looseObject({
  ok: z.boolean(),
  description: z.string().catch(""),
  result: z.unknown().optional(),
  parameters: z
    .looseObject({
      retry_after: z.coerce.number().optional().catch(undefined),
      migrate_to_chat_id: z.coerce.number().optional().catch(undefined),
    })
    .catch({}),
});
type Reply = z.infer<typeof Reply>;

const replyOf = (json: unknown): Reply | undefined => Reply.safeParse(json).data;

/** The seconds that the description names, where the parameters name none. */
function saidWait(description: string): number | undefined {
  const [, seconds] = /retry after (\d{1,9})/i.exec(description) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

/**
 * Telegram's own meaning of its errors (Bot API, "Making requests"; errors by their description).
 */
function classify({ status, json }: Omit<OutsideAnswer, "verdict">): Verdict | undefined {
  const reply = replyOf(json);
  if (status === 200 && !reply?.ok) return unacknowledgedSend;
  if (!reply) return pageVerdict(status);
  if (reply.ok) return undefined;
  const reason = `${status}: ${reply.description}`.slice(0, 500);
  const wait = reply.parameters.retry_after ?? saidWait(reply.description);
  if (status === 429)
    return { kind: "throttled", reason, ...(wait !== undefined && { delayMs: wait * 1_000 }) };
  if (status === 401 || status === 404)
    return { kind: "auth", reason: `the bot's token is not accepted (${reason})` };
  if (status === 403) return { kind: "gone", reason };
  if (/message is not modified/i.test(reply.description)) return { kind: "ok", reason };
  return status === 400 ? { kind: "reject", reason } : undefined;
}

type Body = Record<string, unknown>;

const call = (method: string, body: Body, ports: SendPorts): Promise<OutsideAnswer> =>
  callWithJson(
    {
      provider: "telegram",
      url: `${ports.env.TELEGRAM_BASE_URL}/bot${ports.env.TELEGRAM_BOT_TOKEN}/${method}`,
      expect: "json",
      classify,
    },
    body,
    ports,
  );

const described = (answer: OutsideAnswer, pattern: RegExp): boolean =>
  answer.status === 400 && pattern.test(replyOf(answer.json)?.description ?? "");

/** Buttons that ask need the webhook that takes their answers. */
function buttonsOf({ open = null, asks = false }: TelegramMessage, { env, idemKey }: SendPorts) {
  const answered = asks && env.TELEGRAM_WEBHOOK_SECRET !== "";
  const keyboard = keyboardOf(open, answered ? idemKey : null);
  return keyboard && { reply_markup: keyboard };
}

/**
 * Sends with tags, and again without them when Telegram cannot parse them: the text matters more
 * than its style.
 */
async function post(
  method: string,
  message: TelegramMessage,
  body: Body,
  ports: SendPorts,
): Promise<OutsideAnswer> {
  const keyed = { ...body, ...buttonsOf(message, ports) };
  const rich = await call(method, { ...keyed, text: message.html, parse_mode: "HTML" }, ports);
  return described(rich, /can't parse entities|ENTITIES_TOO_LONG/i)
    ? call(method, { ...keyed, text: message.text }, ports)
    : rich;
}

const SentMessage = z.looseObject({ message_id: z.number() });

const messageId = ({ json }: OutsideAnswer): string | null => {
  const result = SentMessage.safeParse(replyOf(json)?.result);
  return result.success ? `${result.data.message_id}` : null;
};

const common = ({ silent }: Settings) => ({
  link_preview_options: { is_disabled: true },
  disable_notification: silent,
});

/**
 * The chat in which a message's id stands: each bot counts the messages of a private chat by
 * itself.
 */
const chatKey = (chatId: string, { env }: SendPorts): string =>
  `${env.TELEGRAM_BOT_TOKEN.split(":", 1)[0]}/${chatId}`;

/** The older message, where it stands in the chat that is written to. */
const priorIn = (chatId: string, ports: SendPorts): PriorMessage | null =>
  ports.prior?.chat === chatKey(chatId, ports) ? ports.prior : null;

/** Sends to the chat of the settings, or to the chat that it became. */
async function sendNew(
  message: TelegramMessage,
  settings: Settings,
  chatId: string,
  ports: SendPorts,
): Promise<OutsideAnswer> {
  const prior = priorIn(chatId, ports);
  const reply =
    prior !== null && settings.updates !== "new"
      ? { message_id: Number(prior.id), allow_sending_without_reply: true }
      : null;
  const body = {
    chat_id: chatId,
    ...(settings.threadId !== undefined && { message_thread_id: settings.threadId }),
    ...common(settings),
  };
  if (reply === null) return post("sendMessage", message, body, ports);
  const replied = await post("sendMessage", message, { ...body, reply_parameters: reply }, ports);
  // Older servers refuse the reply all the same.
  return described(replied, NOTHING_TO_REPLY_TO)
    ? post("sendMessage", message, body, ports)
    : replied;
}

const edit = (
  message: TelegramMessage,
  chatId: string,
  id: string,
  ports: SendPorts,
): Promise<OutsideAnswer> =>
  post(
    "editMessageText",
    message,
    { chat_id: chatId, message_id: Number(id), link_preview_options: { is_disabled: true } },
    ports,
  );

const newChat = (answer: OutsideAnswer): number | undefined =>
  replyOf(answer.json)?.parameters.migrate_to_chat_id;

/**
 * A group that became a supergroup has a new id: the message is sent there at once, and `moved` is
 * the id to store.
 */
async function followMove(
  chatId: string,
  attempt: (chatId: string) => Promise<OutsideAnswer>,
): Promise<{ answer: OutsideAnswer; moved: string | null }> {
  const answer = await attempt(chatId);
  const target = newChat(answer);
  if (target === undefined) return { answer, moved: null };
  return { answer: await attempt(`${target}`), moved: `${target}` };
}

const NOTHING_TO_REPLY_TO = /message to (?:be replied|reply) not found|replied message not found/i;
const NO_LONGER_THERE = /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i;

async function send(
  message: TelegramMessage,
  settings: Settings,
  ports: SendPorts,
): Promise<SendResult> {
  const prior = priorIn(settings.chatId, ports);
  const mayEdit = prior !== null && !prior.shared;
  if (mayEdit && settings.updates === "edit") {
    const answer = await edit(message, settings.chatId, prior.id, ports);
    if (!described(answer, NO_LONGER_THERE) && newChat(answer) === undefined)
      return { ...sentFrom(answer, prior.id), chat: chatKey(settings.chatId, ports) };
  }
  const { answer, moved } = await followMove(settings.chatId, (chatId) =>
    sendNew(message, settings, chatId, ports),
  );
  const sent = {
    ...sentFrom(answer, messageId(answer)),
    chat: chatKey(moved ?? settings.chatId, ports),
  };
  const outdated =
    mayEdit &&
    settings.updates === "reply_and_edit" &&
    sent.verdict.kind === "ok" &&
    moved === null;
  // For readers of the older message only: the delivery is done without this edit.
  if (outdated) await edit(message, settings.chatId, prior.id, ports);
  return moved === null ? sent : { ...sent, moved: { chatId: moved } };
}

const isGroup = (chatId: string): boolean => chatId.startsWith("-") || chatId.startsWith("@");

/**
 * Telegram's own figures: about 1 message a second to a chat, 20 a minute to a group, 30 a second
 * for a bot (Bots FAQ).
 */
function limits({ chatId }: Settings): PaceLimit[] {
  const chat: PaceLimit = { key: `chat:${chatId}`, count: 1, perMs: 1_000, burst: 1 };
  const group: PaceLimit = { key: `group:${chatId}`, count: 14, perMs: 60_000, burst: 4 };
  const bot: PaceLimit = { key: "telegram-bot", count: 25, perMs: 1_000, burst: 5, shared: true };
  return isGroup(chatId) ? [chat, group, bot] : [chat, bot];
}

export const telegram = channel({
  kind: "telegram",
  title: "Telegram",
  docs: [
    "Create a bot with @BotFather and put its token in TELEGRAM_BOT_TOKEN. Add the bot to the",
    "chat, then give the chat's id.",
    "chat_id: number (groups are negative) or @channel name. thread_id: topic of a forum group.",
    "silent: no sound.",
    "updates: what a later change of the same event does: reply_and_edit (a reply, and the",
    "older message is brought up to date),",
    "edit (only the older message changes, in silence), reply, new.",
    "Buttons: Open with PUBLIC_URL; Explain and Mute with TELEGRAM_WEBHOOK_SECRET, after",
    "stream telegram webhook.",
  ].join("\n"),
  settings: Settings,
  policy: "chat",
  // An edit that is refused, a message, and the same to where the group has moved: each with tags
  // and without.
  sendMs: 6 * TIMEOUT_MS,
  digests: { ...ROOM, maxStyled: MAX_ENTITIES - 1 },
  threads: true,
  missing: (env) => (env.TELEGRAM_BOT_TOKEN === "" ? "TELEGRAM_BOT_TOKEN is not set" : null),
  refuse: () => null,
  example: { chatId: "1" },
  limits,
  render: (notifications, { templates }, env) => ({
    ...written(composeAll(notifications, templates, env.PUBLIC_URL)),
    open: openUrl(notifications, env.PUBLIC_URL),
    asks: notifications.length === 1,
  }),
  renderNotice: (notice) => written(composeNotice(notice)),
  send,
});
