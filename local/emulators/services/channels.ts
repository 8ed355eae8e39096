import { createHash } from "node:crypto";
import { type Emulator, json, NO_SETTINGS, NOT_FOUND, text, textField } from "../emulator.ts";

/** A number that follows from the message, so that the same message gets the same id. */
const numberFrom = (body: string) =>
  (createHash("sha256").update(body).digest().readUInt32BE(0) % 1_000_000) + 1;

const TAG = /<(?:\/(?:b|i|code|a)|(?:b|i|code)|a href="[^"<>]*")>/g;

/**
 * What Telegram would show: it counts characters after it has read the tags, and refuses what it
 * cannot read. Null: refused.
 */
function shown(body: unknown): string | null {
  const text = textField(body, "text") ?? "";
  if (textField(body, "parse_mode") !== "HTML") return text;
  const bare = text.replaceAll(TAG, "");
  return /[<>]|&(?!(?:lt|gt|amp|quot);)/.test(bare) ? null : bare.replaceAll(/&\w+;/g, "&");
}

/** Telegram takes 1 to 64 bytes of data a button, and addresses over https. */
function badKeyboard(body: unknown): boolean {
  const rows = (body as { reply_markup?: { inline_keyboard?: unknown } } | undefined)?.reply_markup
    ?.inline_keyboard;
  const buttons = (Array.isArray(rows) ? rows.flat() : []) as Record<string, unknown>[];
  return buttons.some(({ text, callback_data: data, url }) => {
    if (typeof text !== "string" || text === "") return true;
    if (typeof url === "string") return !url.startsWith("https://");
    return typeof data !== "string" || data === "" || Buffer.byteLength(data) > 64;
  });
}

const THROTTLED_TELEGRAM = {
  ok: false,
  error_code: 429,
  description: "Too Many Requests: retry after 1",
  parameters: { retry_after: 1 },
};

/** Somebody said something in a topic of a group, and the bot was made a channel's administrator. */
const UPDATES = [
  {
    update_id: 1,
    message: {
      message_id: 5,
      message_thread_id: 7,
      text: "hello",
      chat: { id: -1001234567890, type: "supergroup", title: "Desk", is_forum: true },
    },
  },
  {
    update_id: 2,
    my_chat_member: { chat: { id: -1009876543210, type: "channel", title: "Signals" } },
  },
];

export const telegram: Emulator = {
  name: "telegram",
  settings: (base) => ({
    TELEGRAM_BASE_URL: `${base}/telegram`,
    TELEGRAM_BOT_TOKEN: "1:local",
    TELEGRAM_WEBHOOK_SECRET: "local_webhook_secret",
  }),
  owned: ["TELEGRAM_BASE_URL", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET"],
  refusals: { throttled: json(THROTTLED_TELEGRAM, 429), quota: json(THROTTLED_TELEGRAM, 429) },
  answer({ path, json: body, text: raw, now }) {
    const [, method = ""] = /^\/bot[^/]+\/(\w+)$/.exec(path) ?? [];
    const chat = textField(body, "chat_id");
    if (method === "getMe")
      return json({
        ok: true,
        result: { id: 111111111, is_bot: true, first_name: "Local", username: "local_bot" },
      });
    if (method === "setWebhook" || method === "deleteWebhook")
      return json({ ok: true, result: true });
    if (method === "answerCallbackQuery")
      return {
        ...json({ ok: true, result: true }),
        receipt: { idempotencyKey: null, target: method, message: body },
      };
    if (badKeyboard(body))
      return json(
        { ok: false, error_code: 400, description: "Bad Request: BUTTON_DATA_INVALID" },
        400,
      );
    if (method === "getUpdates") return json({ ok: true, result: UPDATES });
    if (method !== "sendMessage" && method !== "editMessageText")
      return json({ ok: false, error_code: 404, description: "Not Found" }, 404);
    if (!chat)
      return json(
        { ok: false, error_code: 400, description: "Bad Request: chat_id is empty" },
        400,
      );
    const message = shown(body);
    if (message === null)
      return json(
        {
          ok: false,
          error_code: 400,
          description: "Bad Request: can't parse entities: unsupported start tag",
        },
        400,
      );
    if (message.length > 4096)
      return json(
        { ok: false, error_code: 400, description: "Bad Request: message is too long" },
        400,
      );
    const id = Number(textField(body, "message_id") ?? numberFrom(raw));
    const result = {
      message_id: id,
      date: Math.floor(now / 1000),
      chat: { id: Number(chat) || chat, type: "supergroup" },
      text: message,
    };
    return {
      ...json({ ok: true, result }),
      receipt: { idempotencyKey: null, target: `${method} ${chat}`, message: body },
    };
  },
};

export const discord: Emulator = {
  name: "discord",
  ...NO_SETTINGS,
  refusals: {
    throttled: json(
      { message: "You are being rate limited.", retry_after: 0.529, global: false },
      429,
    ),
  },
  answer({ path, query, json: body, text: raw, now }) {
    const [, id] = /\/webhooks\/([^/]+)\/[^/]+/.exec(path) ?? [];
    if (id === undefined) return json({ message: "Unknown Webhook", code: 10015 }, 404);
    const receipt = { idempotencyKey: null, target: id, message: body };
    if (query.get("wait") !== "true") return { status: 204, body: "", receipt };
    const content = textField(body, "content") ?? "";
    const reply = {
      id: String(numberFrom(raw)),
      type: 0,
      content,
      channel_id: "1",
      timestamp: new Date(now).toISOString(),
      webhook_id: id,
    };
    return { ...json(reply), receipt };
  },
};

export const slack: Emulator = {
  name: "slack",
  ...NO_SETTINGS,
  refusals: { throttled: text("rate_limited", "text/html", 429) },
  answer: ({ path, json: body }) =>
    body === undefined
      ? text("invalid_payload", "text/html", 400)
      : {
          ...text("ok", "text/html"),
          receipt: { idempotencyKey: null, target: path, message: body },
        },
};

export const resend: Emulator = {
  name: "resend",
  settings: (base) => ({
    RESEND_BASE_URL: `${base}/resend`,
    RESEND_API_KEY: "re_local",
    MAIL_FROM: "Signals <signals@example.org>",
  }),
  owned: ["RESEND_BASE_URL", "RESEND_API_KEY"],
  refusals: {
    throttled: json(
      { statusCode: 429, name: "rate_limit_exceeded", message: "Too many requests." },
      429,
    ),
    quota: json(
      {
        statusCode: 429,
        name: "daily_quota_exceeded",
        message: "You have reached your daily email sending quota.",
      },
      429,
    ),
  },
  answer({ path, headers, json: body, text: raw }) {
    if (path === "/domains") return json({ data: [{ name: "example.org", status: "verified" }] });
    if (path !== "/emails") return NOT_FOUND;
    if (!headers["user-agent"])
      return json(
        { statusCode: 403, name: "invalid_api_key", message: "User-Agent is missing" },
        403,
      );
    const id = `local-${numberFrom(headers["idempotency-key"] ?? raw)}`;
    return {
      ...json({ id }),
      receipt: {
        idempotencyKey: headers["idempotency-key"] ?? null,
        target: textField(body, "to") ?? "",
        message: body,
      },
    };
  },
};

export const postmark: Emulator = {
  name: "postmark",
  settings: (base) => ({
    POSTMARK_BASE_URL: `${base}/postmark`,
    POSTMARK_TOKEN: "local",
  }),
  owned: ["POSTMARK_BASE_URL", "POSTMARK_TOKEN"],
  refusals: { throttled: json({ ErrorCode: 429, Message: "Rate limit exceeded" }, 429) },
  answer({ path, json: body, text: raw, now }) {
    if (path === "/server") return json({ ID: 1, Name: "local" });
    if (path !== "/email") return NOT_FOUND;
    const To = textField(body, "To") ?? "";
    const reply = {
      To,
      SubmittedAt: new Date(now).toISOString(),
      MessageID: `local-${numberFrom(raw)}`,
      ErrorCode: 0,
      Message: "OK",
    };
    return { ...json(reply), receipt: { idempotencyKey: null, target: To, message: body } };
  },
};

/** Any https hook a user may have: it takes everything, under the name in its path. */
export const webhook: Emulator = {
  name: "webhook",
  ...NO_SETTINGS,
  refusals: { throttled: json({ error: "slow down" }, 429) },
  answer({ path, headers, json: body, text: raw }) {
    const idempotencyKey =
      headers["webhook-id"] ?? headers["idempotency-key"] ?? headers["ce-id"] ?? null;
    return {
      ...json({ received: true }),
      receipt: { idempotencyKey, target: path, message: body ?? raw },
    };
  },
};
