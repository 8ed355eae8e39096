import { iso } from "../kit/time.ts";
import type { ChannelConfig, TokenMute } from "../model/channel-config.ts";
import { SignalNotification } from "../model/delivery.ts";
import { mutableToken, writtenToken } from "../model/mutes.ts";
import type { ChangeEntry } from "../store/audit-log.ts";
import { type ChannelStore, MOST_MUTES, type MuteResult } from "../store/channels.ts";
import type { OutboxStore } from "../store/outbox.ts";
import { BUTTONS, type ButtonAction, type Keyboard, keyboardOf, readButton } from "./buttons.ts";
import {
  isChatOf,
  type PressedButton,
  personName,
  type SaidMessage,
  type TelegramChat,
  type TelegramPerson,
  type TelegramUpdate,
} from "./update.ts";

/** A message as its channel renders it. */
type Rendered = { html: string; text: string; open?: string | null };

export type TelegramPorts = {
  store: Pick<ChannelStore, "channels" | "muteToken"> & Pick<OutboxStore, "deliveryByKey">;
  /** A call of the Bot API. Never throws: what people see of an answer is not worth a repeat. */
  call(method: string, body: Record<string, unknown>): Promise<void>;
  /** Null where the channel's settings do not fit any more. */
  render(channel: ChannelConfig, notification: SignalNotification): Rendered | null;
  /** Why the signal has its score, line by line; empty when it is not known any more. */
  explain(eventKey: string): Promise<string[]>;
  /** The entry of the audit log for a change by this person. */
  change(who: TelegramPerson, subject: string, after: unknown): ChangeEntry;
  now(): number;
};

/** `refused`: the chat is none of our channels, or the button none of ours. */
export type TelegramAnswer = "done" | "repeated" | "refused" | "ignored";

const FULL = `Nothing was muted: there are ${MOST_MUTES} mutes already. End one by /unmute TOKEN.`;
const HOUR = 3_600_000;
const MOST_MUTE = 7 * 24 * HOUR;

/**
 * Answers one update. Called at least once for each: the same update again changes nothing. Throws
 * StoreUnavailable, and then Telegram sends the update again.
 */
export async function answerUpdate(
  update: TelegramUpdate,
  ports: TelegramPorts,
): Promise<TelegramAnswer> {
  const request = `telegram:${update.update_id}`;
  if (update.callback_query) return pressed(update.callback_query, request, ports);
  return update.message ? said(update.message, request, ports) : "ignored";
}

async function pressed(
  query: PressedButton,
  request: string,
  ports: TelegramPorts,
): Promise<TelegramAnswer> {
  const { store, call } = ports;
  const say = (text: string) => call("answerCallbackQuery", { callback_query_id: query.id, text });
  const button = readButton(query.data);
  const row = button === null ? undefined : await store.deliveryByKey(button.idemKey);
  const channel = (await channelsOf(query.message?.chat, ports)).find(
    ({ id }) => id === row?.channelId,
  );
  const payload = SignalNotification.safeParse(row?.payload).data;
  if (!button || !row || !channel || !payload || !query.message) {
    await say("This button is none of a chat of ours, or its message is gone.");
    return "refused";
  }
  const shown = { chat: query.message.chat, messageId: query.message.message_id, row, channel };
  const { ms } = BUTTONS[button.action];
  if (ms === null) {
    const why = await ports.explain(payload.eventKey);
    const lines = why.length > 0 ? why : payload.reasons.map(({ text }) => text);
    await say("Explained below the message.");
    await rewrite({ ...shown, payload, under: ["Why:", ...lines] }, ["mute1h", "mute1d"], ports);
    return "done";
  }
  const mute: TokenMute = {
    ...muteOf(mutableToken(payload), ms, query.from, request, ports.now()),
    ...(payload.symbol && { symbol: payload.symbol.toUpperCase() }),
  };
  const taken = await takeMute(channel, mute, query.from, ports);
  if (taken === "full") await say(FULL);
  if (taken !== "muted") return "repeated";
  const told = `Muted until ${clock(mute.until)} by ${mute.by}`;
  await say(told);
  await rewrite({ ...shown, payload, under: [told] }, ["explain"], ports);
  return "done";
}

const COMMAND = /^\/(mute|unmute)(?:@\w+)?\s+(\S{1,120})(?:\s+(\d{1,4})(m|h|d))?\s*$/;
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: HOUR, d: 24 * HOUR };

/** `/mute TOKEN [2h]` and `/unmute TOKEN`, for each of our channels in the chat. */
async function said(
  { chat, from, text, message_id }: SaidMessage,
  request: string,
  ports: TelegramPorts,
): Promise<TelegramAnswer> {
  const [, command, token = "", count = "1", unit = "h"] = COMMAND.exec(text) ?? [];
  if (command === undefined) return "ignored";
  const channels = await channelsOf(chat, ports);
  if (from === undefined || channels.length === 0) return "refused";
  const length = Math.min(Number(count) * (UNITS[unit] ?? HOUR), MOST_MUTE);
  const ms = command === "unmute" ? 0 : length;
  const mute = muteOf(writtenToken(token), ms, from, request, ports.now());
  const taken: MuteResult[] = [];
  for (const channel of channels) taken.push(await takeMute(channel, mute, from, ports));
  const isFull = taken.includes("full");
  if (!isFull && !taken.includes("muted")) return "repeated";
  const told = isFull
    ? FULL
    : ms === 0
      ? `${mute.token} is heard again`
      : `${mute.token} is muted until ${clock(mute.until)}`;
  await ports.call("sendMessage", {
    chat_id: chat.id,
    text: told,
    reply_parameters: { message_id, allow_sending_without_reply: true },
  });
  return "done";
}

/** The Telegram channels that send to this chat. */
async function channelsOf(
  chat: TelegramChat | undefined,
  { store }: TelegramPorts,
): Promise<ChannelConfig[]> {
  if (chat === undefined) return [];
  const channels = await store.channels();
  return channels.filter(({ kind, settings }) => kind === "telegram" && isChatOf(settings, chat));
}

const muteOf = (
  token: string,
  ms: number,
  who: TelegramPerson,
  request: string,
  now: number,
): TokenMute => ({ token, until: iso(now + ms), by: personName(who).slice(0, 200), request });

const takeMute = (
  { id }: ChannelConfig,
  mute: TokenMute,
  who: TelegramPerson,
  { store, change, now }: TelegramPorts,
): Promise<MuteResult> =>
  store.muteToken(id, mute, iso(now()), change(who, `channel/${id}`, { mute }));

const clock = (at: string): string => `${at.slice(0, 16).replace("T", " ")} UTC`;

type Rewrite = {
  chat: TelegramChat;
  messageId: number;
  row: { idemKey: string };
  channel: ChannelConfig;
  payload: SignalNotification;
  under: readonly string[];
};

/** Telegram takes 4,096 characters; what is added is cut to what the message leaves. */
const ROOM = 4_000;

/** The message as it was, with lines under it, and the buttons that are left. */
async function rewrite(
  { chat, messageId, row, channel, payload, under }: Rewrite,
  actions: readonly ButtonAction[],
  { call, render }: TelegramPorts,
): Promise<void> {
  const rendered = render(channel, payload);
  if (rendered === null) return;
  const added = under.join("\n").slice(0, Math.max(0, ROOM - rendered.text.length));
  const keyboard: Keyboard | undefined = keyboardOf(rendered.open ?? null, row.idemKey, actions);
  await call("editMessageText", {
    chat_id: chat.id,
    message_id: messageId,
    text: `${rendered.html}\n\n<i>${escapeHtml(added)}</i>`,
    parse_mode: "HTML",
    link_preview_options: { is_disabled: true },
    ...(keyboard && { reply_markup: keyboard }),
  });
}

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
