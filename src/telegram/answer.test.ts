import { beforeEach, describe, expect, it } from "vitest";
import { apiApp } from "../../src/api/app.ts";
import { fakePorts } from "../../test/support/api.ts";
import { NOON, outboxWorld, TELEGRAM_ENV } from "../../test/support/outbox.ts";
import { channelKind } from "../channels/registry.ts";
import type { TelegramMessage } from "../channels/telegram.ts";
import { ChannelEnv } from "../settings/settings.ts";
import { StoreUnavailable } from "../store/index.ts";

const SECRET = "a_secret_of_telegram";
const ENV = {
  ...TELEGRAM_ENV,
  TELEGRAM_WEBHOOK_SECRET: SECRET,
  PUBLIC_URL: "https://signals.dev.org",
};
const HOUR = 3_600_000;
const CHAT = -100;
const SENT = { ok: true, result: { message_id: 7, chat: { id: CHAT } } };
const ADA = { id: 9, username: "ada", first_name: "Ada" };
type Buttons = { text: string; callback_data?: string; url?: string }[];

/** A message that was sent with its buttons, and the webhook that takes their answers. */
async function scene() {
  const world = await outboxWorld(
    { kind: "telegram", settings: { chatId: `${CHAT}` } },
    () => Response.json(SENT),
    ENV,
  );
  const calls: [method: string, body: Record<string, unknown>][] = [];
  const lines: string[] = ["+6 Liquidity is high (dex_liquidity >= 50000)"];
  const app = apiApp(
    fakePorts({
      now: () => world.clock.now,
      telegram: {
        secret: SECRET,
        store: world.store,
        call: async (method, body) => void calls.push([method, body]),
        render({ kind, settings }, notification) {
          const opening = channelKind(kind)?.open(settings, ChannelEnv.parse(ENV));
          return opening?.kind === "open"
            ? (opening.channel.render([notification]) as TelegramMessage)
            : null;
        },
        explain: async () => lines,
        now: () => world.clock.now,
      },
    }),
  );
  const id = await world.change();
  await world.deliver(id);
  const markup = world.seen[0]?.body.reply_markup as { inline_keyboard: Buttons[] };
  const buttons = markup.inline_keyboard[0] ?? [];
  const data = (label: string) => buttons.find(({ text }) => text === label)?.callback_data;
  let updates = 900;
  const post = async (update: object, secret = SECRET) => {
    const response = await app.request("/telegram/webhook", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "X-Telegram-Bot-Api-Secret-Token": secret,
      },
      body: JSON.stringify(update),
    });
    return { status: response.status, ...((await response.json()) as { answer?: string }) };
  };
  const press = (label: string, over: { chat?: number; update?: number; data?: string } = {}) =>
    post({
      update_id: over.update ?? ++updates,
      callback_query: {
        id: "q1",
        from: ADA,
        message: { message_id: 7, chat: { id: over.chat ?? CHAT, type: "supergroup" } },
        data: over.data ?? data(label),
      },
    });
  const log = async () =>
    (
      await world.store.auditLog(
        { action: null, subject: null, keyId: null, since: null, until: null },
        { limit: 10, cursor: null },
      )
    ).items;
  return { ...world, app, calls, buttons, press, post, log, lines };
}

let at: Awaited<ReturnType<typeof scene>>;
beforeEach(async () => {
  at = await scene();
});

describe("the buttons of a message", () => {
  it("are there with the webhook's secret and a public address, within Telegram's 64 bytes", () => {
    expect(at.buttons.map(({ text }) => text)).toEqual(["Explain", "Mute 1 h", "Mute 1 d", "Open"]);
    for (const { callback_data: data } of at.buttons)
      expect(Buffer.byteLength(data ?? "x")).toBeLessThanOrEqual(64);
    expect(at.buttons.at(-1)?.url).toMatch(/^https:\/\/signals\.dev\.org\/#signal=/);
  });

  it("are not there without either", async () => {
    const bare = await outboxWorld(
      { kind: "telegram", settings: { chatId: `${CHAT}` } },
      () => Response.json(SENT),
      { ...TELEGRAM_ENV, PUBLIC_URL: "" },
    );
    await bare.deliver(await bare.change());
    expect(bare.seen[0]?.body).not.toHaveProperty("reply_markup");
  });
});

describe("a pressed button", () => {
  it("mutes the token for its time, is told in the message, and stands in the audit log", async () => {
    expect(await at.press("Mute 1 h")).toEqual({ status: 200, answer: "done" });
    expect(at.calls.map(([method]) => method)).toEqual(["answerCallbackQuery", "editMessageText"]);
    expect(at.calls[1]?.[1]).toMatchObject({
      chat_id: CHAT,
      message_id: 7,
      text: expect.stringMatching(/Muted until 2026-01-15 13:00 UTC by @ada<\/i>$/),
    });
    expect(await at.log()).toMatchObject([
      { keyId: "telegram:9", keyName: "@ada", action: "answerTelegram", subject: "channel/1" },
    ]);
    const muted = await at.change({ state: "downgraded", score: -9 });
    expect(await at.deliver(muted)).toMatchObject({ kind: "done", result: "muted" });
    expect((await at.rows()).at(-1)?.attempts.at(-1)?.error).toMatch(/until 2026-01-15T13.*@ada/);
    at.clock.now = NOON + HOUR + 1;
    const heard = await at.change({ state: "verified" });
    expect(await at.deliver(heard)).toMatchObject({ kind: "done", result: "ok" });
  });

  it("does nothing twice when its update comes again", async () => {
    await at.press("Mute 1 d", { update: 5 });
    const told = at.calls.length;
    at.clock.now += HOUR;
    expect(await at.press("Mute 1 d", { update: 5 })).toMatchObject({ answer: "repeated" });
    expect(at.calls).toHaveLength(told);
    expect(await at.log()).toHaveLength(1);
    expect((await at.channel())?.filter.mutes).toMatchObject([{ request: "telegram:5" }]);
  });

  it("explains under the message, cut to Telegram's size, with what was said escaped", async () => {
    at.lines.push(`<b>${"x".repeat(5_000)}`);
    expect(await at.press("Explain")).toMatchObject({ answer: "done" });
    const text = String(at.calls[1]?.[1].text);
    expect(text).toContain("+6 Liquidity is high (dex_liquidity &gt;= 50000)");
    expect(text).toContain("&lt;b&gt;xxx");
    expect(text.replace(/<[^>]*>|&\w+;/g, "_").length).toBeLessThan(4_096);
  });

  it.each([
    ["of another chat", { chat: -999 }],
    ["of a message that is gone", { data: `mute1h:${"A".repeat(43)}` }],
    ["of no button of ours", { data: "launch" }],
  ])("%s is refused, and changes nothing", async (_, over) => {
    expect(await at.press("Mute 1 h", over)).toEqual({ status: 200, answer: "refused" });
    expect(at.calls).toMatchObject([["answerCallbackQuery", { callback_query_id: "q1" }]]);
    expect((await at.channel())?.filter.mutes).toBeUndefined();
    expect(await at.log()).toEqual([]);
  });

  it("comes again while the database is out", async () => {
    Object.assign(at.store, { deliveryByKey: () => Promise.reject(new StoreUnavailable("out")) });
    expect(await at.press("Mute 1 h")).toMatchObject({ status: 503 });
  });
});

describe("words in a chat", () => {
  /** In the form that Telegram documents. */
  const sample = {
    update_id: 900000001,
    message: {
      message_id: 55,
      from: { id: 222222222, is_bot: false, first_name: "Ada", username: "ada" },
      chat: { id: 222222222, first_name: "Ada", username: "ada", type: "private" },
      date: 1795169800,
      text: "/mute DEMO 2h",
      entities: [{ offset: 0, length: 5, type: "bot_command" }],
    },
  };
  const say = (text: string, chat = CHAT, update = 1) =>
    at.post({
      update_id: update,
      message: { message_id: 8, from: ADA, chat: { id: chat }, text },
    });

  it("mute and unmute a token by its symbol", async () => {
    expect(await say("/mute demo 2h")).toMatchObject({ answer: "done" });
    expect(at.calls).toMatchObject([
      ["sendMessage", { chat_id: CHAT, text: "$DEMO is muted until 2026-01-15 14:00 UTC" }],
    ]);
    const muted = await at.change({ state: "downgraded", score: -9 });
    expect(await at.deliver(muted)).toMatchObject({ result: "muted" });
    await say("/unmute@our_bot $DEMO", CHAT, 2);
    const heard = await at.change({ state: "verified" });
    expect(await at.deliver(heard)).toMatchObject({ result: "ok" });
    expect(await say("/mute demo 2h")).toMatchObject({ answer: "repeated" });
  });

  it("say that there are too many mutes, in place of dropping one", async () => {
    for (let update = 1; update <= 200; update++) await say(`/mute T${update} 2h`, CHAT, update);
    at.calls.length = 0;
    expect(await say("/mute demo 2h", CHAT, 201)).toMatchObject({ answer: "done" });
    expect(at.calls).toMatchObject([
      ["sendMessage", { text: expect.stringMatching(/^Nothing was muted: .*200.*\/unmute TOKEN/) }],
    ]);
    await say("/unmute T1", CHAT, 202);
    await say("/mute demo 2h", CHAT, 203);
    const muted = await at.change({ state: "downgraded", score: -9 });
    expect(await at.deliver(muted)).toMatchObject({ result: "muted" });
  });

  it("mute a token by its address in whatever case a wallet shows it", async () => {
    await say("/mute 0xABCDEFabcdefABCDEFabcdefABCDEFabcdefABCD 2h");
    const tokenCa = "0xabcdefabcdefabcdefabcdefabcdefabcdefabcd";
    const id = await at.change({}, { eventKey: `evm:${tokenCa}:2026-01-15T12:00:00Z`, tokenCa });
    expect(await at.deliver(id)).toMatchObject({ result: "muted" });
  });

  it("that ask for nothing are ignored, and those of a foreign chat refused", async () => {
    expect(await say("good morning")).toMatchObject({ answer: "ignored" });
    expect(await at.post(sample)).toMatchObject({ answer: "refused" });
    expect(at.calls).toEqual([]);
    await at.store.updateChannel(1, { settings: { chatId: "222222222" } });
    expect(await at.post(sample)).toMatchObject({ answer: "done" });
  });
});

describe("the webhook", () => {
  it("takes nothing without its secret, and nothing that is no update", async () => {
    expect(await at.post({ update_id: 1 }, "wrong_secret_of_it")).toMatchObject({ status: 401 });
    expect(await at.post({ update: 1 })).toMatchObject({ status: 422 });
    expect(await at.post({ update_id: 1, edited_message: {} })).toMatchObject({
      answer: "ignored",
    });
  });
});
