import * as z from "zod";
import { outsideCall } from "../../src/http/request.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { parseOptions } from "../options.ts";
import { settingsFrom } from "../settings-file.ts";
import { table } from "../table.ts";

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 4_000_000;

const Chat = z.looseObject({
  id: z.number(),
  type: z.string(),
  title: z.string().optional(),
  username: z.string().optional(),
  first_name: z.string().optional(),
});
type Chat = z.infer<typeof Chat>;
const Said = z.looseObject({ chat: Chat, message_thread_id: z.number().optional() });
const KINDS = ["message", "edited_message", "channel_post", "my_chat_member"] as const;
const Update = z.looseObject(Object.fromEntries(KINDS.map((kind) => [kind, Said.optional()])));
const Updates = z.object({ ok: z.literal(true), result: z.array(Update) });

type SeenChat = { chat_id: number; thread_id: number | null; kind: string; name: string };

/** Each chat, and each topic of a forum, once: the one heard of last first. */
export function chatsIn(updates: unknown): SeenChat[] {
  const seen = new Map<string, SeenChat>();
  for (const update of Updates.parse(updates).result.toReversed())
    for (const said of KINDS.flatMap((kind) => Said.safeParse(update[kind]).data ?? [])) {
      const { chat, message_thread_id: thread = null } = said;
      const key = `${chat.id}/${thread}`;
      if (!seen.has(key))
        seen.set(key, { chat_id: chat.id, thread_id: thread, kind: chat.type, name: nameOf(chat) });
    }
  return [...seen.values()];
}

const nameOf = ({ title, username, first_name }: Chat): string =>
  title ?? (username === undefined ? (first_name ?? "") : `@${username}`);

export const telegram: Command = {
  name: "telegram",
  summary: "the chats in which your bot was heard of, and the webhook of its buttons",
  usage: `stream telegram chats [--settings FILE]
stream telegram webhook [--remove] [--settings FILE]

Prints the chats of the last 24 hours that the bot of TELEGRAM_BOT_TOKEN can see: add it to a
group, or write to it, and say something first. In a channel make it an administrator.

webhook tells Telegram to send what people press under messages to PUBLIC_URL/telegram/webhook, with
TELEGRAM_WEBHOOK_SECRET; --remove ends that. While it stands, "chats" cannot read the bot.

  --settings FILE   where the token stands (default .env.production, else the environment)

  npm run -s stream -- telegram chats
  npm run -s stream -- channels add telegram desk chat_id=-1001234567890`,
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      settings: { type: "string" },
      remove: { type: "boolean" },
    });
    const [verb] = positionals;
    if (positionals.length !== 1 || (verb !== "chats" && verb !== "webhook"))
      throw new UsageError("use: telegram chats, or telegram webhook");
    const env = ChannelEnv.parse(settingsFrom(values.settings, io.env));
    if (env.TELEGRAM_BOT_TOKEN === "") {
      io.err("TELEGRAM_BOT_TOKEN is not set: @BotFather gives one to /newbot");
      return 1;
    }
    return verb === "chats" ? chats(env, io) : webhook(env, values.remove === true, io);
  },
};

async function chats(env: ChannelEnv, io: Io): Promise<number> {
  const answer = await outsideCall(
    {
      provider: "telegram",
      url: `${env.TELEGRAM_BASE_URL}/bot${env.TELEGRAM_BOT_TOKEN}/getUpdates`,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      expect: "json",
    },
    { fetch: (url, init) => io.fetch(url, init), now: Date.now },
  );
  if (answer.status === 409) {
    io.err("another program reads this bot, or it has a webhook: stop that one first");
    return 1;
  }
  if (answer.verdict.kind !== "ok") {
    const isToken = answer.status === 401 || answer.status === 404;
    io.err(isToken ? "Telegram does not know this token" : `Telegram: ${answer.verdict.reason}`);
    return 1;
  }
  const chats = chatsIn(answer.json);
  if (io.json) io.out(JSON.stringify(chats));
  else if (chats.length === 0)
    io.out("No chat yet: add the bot to a group, or write to it, and run this again.");
  else for (const line of table(chats)) io.out(line);
  return 0;
}

/** What Telegram sends: pressed buttons, and words in chats where the bot may read them. */
const UPDATE_KINDS = ["callback_query", "message"];

async function webhook(env: ChannelEnv, remove: boolean, io: Io): Promise<number> {
  const { TELEGRAM_WEBHOOK_SECRET: secret, PUBLIC_URL: own } = env;
  const url = `${own.replace(/\/+$/, "")}/telegram/webhook`;
  if (!remove && !url.startsWith("https://")) {
    io.err("PUBLIC_URL is not set to an https address: Telegram could not reach this deployment");
    return 1;
  }
  if (!remove && secret === "") {
    io.err("TELEGRAM_WEBHOOK_SECRET is not set: make one, such as by openssl rand -hex 32");
    return 1;
  }
  const method = remove ? "deleteWebhook" : "setWebhook";
  const answer = await outsideCall(
    {
      provider: "telegram",
      method: "POST",
      url: `${env.TELEGRAM_BASE_URL}/bot${env.TELEGRAM_BOT_TOKEN}/${method}`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(
        remove ? {} : { url, secret_token: secret, allowed_updates: UPDATE_KINDS },
      ),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      expect: "json",
    },
    { fetch: (address, init) => io.fetch(address, init), now: Date.now },
  );
  if (answer.verdict.kind !== "ok") {
    io.err(`Telegram: ${answer.verdict.reason}`);
    return 1;
  }
  io.out(remove ? "the webhook is removed" : `Telegram sends what is pressed to ${url}`);
  return 0;
}
