import { describe, expect, it } from "vitest";
import { notificationOf, sendWith, type Target } from "../../test/support/outbox.ts";
import { telegram } from "./telegram.ts";

const ok = (id = 4321) => Response.json({ ok: true, result: { message_id: id } });
const refusal = (error_code: number, description: string, parameters: object = {}) =>
  Response.json({ ok: false, error_code, description, parameters }, { status: error_code });

type SendOver = {
  settings?: object;
  prior?: string;
  priorOver?: { chat?: string | null; shared?: boolean };
  summary?: string;
};
const send = (target: Target, over: SendOver = {}) =>
  sendWith(telegram, { chatId: -1001234567890, ...over.settings }, target, {
    ...(over.prior !== undefined && {
      prior: { id: over.prior, chat: "1/-1001234567890", shared: false, ...over.priorOver },
    }),
    notifications: [notificationOf(over.summary === undefined ? {} : { summary: over.summary })],
  });

describe("the Telegram channel", () => {
  it("sends HTML to the chat and topic, and keeps the message's id", async () => {
    const { sent, seen } = await send(() => ok(), { settings: { threadId: 77 } });
    expect(sent).toMatchObject({ verdict: { kind: "ok" }, externalId: "4321", ambiguous: false });
    expect(seen[0]?.url).toBe("https://api.telegram.org/bot1:token/sendMessage");
    expect(seen[0]?.body).toMatchObject({
      chat_id: "-1001234567890",
      message_thread_id: 77,
      parse_mode: "HTML",
      link_preview_options: { is_disabled: true },
      disable_notification: false,
    });
    expect(seen[0]?.body.text).toContain("✅ <b>$DEMO</b> verified");
  });

  it("escapes what posts say, so that the text reads back as it was", async () => {
    const hostile = `</b><a href="https://evil.com">&amp;</a><script>"'`;
    const { seen } = await send(() => ok(), { summary: hostile });
    const text = `${seen[0]?.body.text}`;
    const tags = [...text.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
    expect(
      tags.filter(
        (tag) =>
          !/^<\/?(b|i|code)>$|^<a href="https:\/\/(dexscreener\.com|signals\.dev\.org)\/[^"]*">$|^<\/a>$/.test(
            tag,
          ),
      ),
    ).toEqual([]);
    expect(
      text
        .replace(/<[^>]*>/g, "")
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&quot;", '"')
        .replaceAll("&amp;", "&"),
    ).toContain(hostile);
  });

  it("never exceeds 4,096 units nor splits a code point, whatever the text", async () => {
    for (const summary of [
      "x".repeat(9_000),
      "😀".repeat(4_000),
      "<&>".repeat(3_000),
      "e\u0301".repeat(4_000),
    ]) {
      const { seen } = await send(() => ok(), { summary });
      const shown = `${seen[0]?.body.text}`
        .replace(/<[^>]*>/g, "")
        .replaceAll(/&(lt|gt|quot|amp);/g, "x");
      expect(shown.length).toBeLessThanOrEqual(4_096);
      expect(shown.isWellFormed()).toBe(true);
      expect(shown.endsWith("…\neth:DEMO:2026-01-15T12:00:00Z #1")).toBe(true);
    }
  });

  it("waits as long as parameters.retry_after says", async () => {
    const { sent } = await send(() =>
      refusal(429, "Too Many Requests: retry after 14", { retry_after: 14 }),
    );
    expect(sent.verdict).toMatchObject({ kind: "throttled", delayMs: 14_000 });
  });

  it("follows a group that became a supergroup at once, and says where to", async () => {
    const { sent, seen } = await send((_, n) =>
      n === 0
        ? refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", {
            migrate_to_chat_id: -1009876543210,
          })
        : ok(),
    );
    expect(sent).toMatchObject({ verdict: { kind: "ok" }, moved: { chatId: "-1009876543210" } });
    expect(seen.map(({ body }) => body.chat_id)).toEqual(["-1001234567890", "-1009876543210"]);
  });

  it("follows it also where it would rewrite a message, whose id means nothing there", async () => {
    for (const updates of ["edit", "reply"]) {
      const upgraded = refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", {
        migrate_to_chat_id: -1009,
      });
      const { sent, seen } = await send(
        ({ body }) => (body.chat_id === "-1009" ? ok(3) : upgraded.clone()),
        {
          settings: { updates },
          prior: "7",
        },
      );
      expect(sent).toMatchObject({
        verdict: { kind: "ok" },
        externalId: "3",
        moved: { chatId: "-1009" },
      });
      expect(seen.at(-1)?.body).toMatchObject({ chat_id: "-1009" });
      expect(seen.at(-1)?.body).not.toHaveProperty("reply_parameters");
    }
  });

  it("falls back to plain words when the tags cannot be read", async () => {
    const { sent, seen } = await send((_, n) =>
      n === 0 ? refusal(400, "Bad Request: can't parse entities: x") : ok(),
    );
    expect(sent.verdict.kind).toBe("ok");
    expect(seen[1]?.body).not.toHaveProperty("parse_mode");
    expect(seen[1]?.body.text).toContain("✅ $DEMO verified");
  });

  it.each([
    [400, "Bad Request: chat not found", "reject"],
    [400, "Bad Request: message thread not found", "reject"],
    [401, "Unauthorized", "auth"],
    [404, "Not Found", "auth"],
    [403, "Forbidden: bot was blocked by the user", "gone"],
    [500, "Internal Server Error", "retry"],
  ])("reads %i %s as %s", async (code, description, kind) => {
    expect((await send(() => refusal(code, description))).sent.verdict.kind).toBe(kind);
  });

  it("reads a page in place of JSON, and a lost answer, as faults that pass", async () => {
    expect((await send(() => new Response("<html>busy"))).sent.verdict.kind).toBe("retry");
    const lost = await send(() =>
      Promise.reject(new TypeError("network: https://api.telegram.org/bot1:token/x")),
    );
    expect(lost.sent).toMatchObject({ verdict: { kind: "retry" }, ambiguous: true });
    expect(JSON.stringify(lost.sent)).not.toContain("1:token");
  });

  it("answers the older message about the event and brings it up to date", async () => {
    const { sent, seen } = await send(() => ok(9), { prior: "7" });
    expect(sent.externalId).toBe("9");
    expect(seen.map(({ url }) => url.split("/").at(-1))).toEqual([
      "sendMessage",
      "editMessageText",
    ]);
    expect(seen[0]?.body.reply_parameters).toEqual({
      message_id: 7,
      allow_sending_without_reply: true,
    });
    expect(seen[1]?.body).toMatchObject({ message_id: 7, parse_mode: "HTML" });
  });

  it("answers a digest without rewriting it, because it reports other events too", async () => {
    for (const updates of ["reply_and_edit", "edit"]) {
      const { sent, seen } = await send(() => ok(9), {
        settings: { updates },
        prior: "7",
        priorOver: { shared: true },
      });
      expect(seen.map(({ url }) => url.split("/").at(-1))).toEqual(["sendMessage"]);
      expect(seen[0]?.body.reply_parameters).toMatchObject({ message_id: 7 });
      expect(sent).toMatchObject({ externalId: "9", chat: "1/-1001234567890" });
    }
  });

  it("leaves a message of another chat or another bot alone, whose number means another here", async () => {
    for (const chat of ["1/-100555", "2/-1001234567890", null])
      for (const updates of ["reply_and_edit", "edit", "reply"]) {
        const { seen } = await send(() => ok(9), {
          settings: { updates },
          prior: "7",
          priorOver: { chat },
        });
        expect(seen.map(({ url }) => url.split("/").at(-1))).toEqual(["sendMessage"]);
        expect(seen[0]?.body).not.toHaveProperty("reply_parameters");
      }
  });

  it("is done when only that courtesy fails", async () => {
    const { sent } = await send((_, n) => (n === 0 ? ok(9) : refusal(500, "x")), { prior: "7" });
    expect(sent).toMatchObject({ verdict: { kind: "ok" }, externalId: "9" });
  });

  it("only rewrites the older message where that was chosen, and sends anew when it is gone", async () => {
    const edit = { settings: { updates: "edit" }, prior: "7" };
    const edited = await send(() => ok(7), edit);
    expect(edited.seen.map(({ url }) => url.split("/").at(-1))).toEqual(["editMessageText"]);
    expect(edited.sent.externalId).toBe("7");
    const unchanged = await send(() => refusal(400, "Bad Request: message is not modified"), edit);
    expect(unchanged.sent).toMatchObject({ verdict: { kind: "ok" }, externalId: "7" });
    const gone = await send(
      (_, n) => (n === 0 ? refusal(400, "Bad Request: message to edit not found") : ok(8)),
      edit,
    );
    expect(gone.sent.externalId).toBe("8");
  });

  it("takes no more rows into a digest than it shows with all their links", async () => {
    const opened = telegram.open({ chatId: "5" }, { PUBLIC_URL: "https://s.dev" } as never);
    if (opened.kind !== "open") throw new Error("the settings are refused");
    const rows = Array.from({ length: 50 }, () => notificationOf({ tokenCa: null, symbol: "A" }));
    const count = opened.channel.fit(rows);
    const { html } = opened.channel.render(rows.slice(0, count)) as { html: string };
    const entities = html.match(/<(?:b|i|code|a)\b/g) ?? [];
    expect(entities.length).toBeLessThan(100);
    expect(count).toBeGreaterThan(15);
  });

  it("keeps to a message a second for a chat, twenty a minute for a group and thirty a second for the bot", () => {
    const opened = telegram.open({ chatId: "-100" }, {} as never);
    const limits = opened.kind === "open" ? opened.channel.limits : [];
    const most = (key: string) =>
      limits
        .filter((limit) => limit.key.startsWith(key))
        .map(({ count, perMs, burst }) => ({ most: count + burst, perMs }));
    expect(most("group")[0]?.most).toBeLessThanOrEqual(20);
    expect(most("telegram-bot")[0]?.most).toBeLessThanOrEqual(30);
    expect(limits.find(({ key }) => key.startsWith("chat"))).toMatchObject({
      count: 1,
      perMs: 1_000,
      burst: 1,
    });
  });

  it.each(["", "abc", "@x", "12 34", "1;drop", null])("does not take %o for a chat", (chatId) => {
    expect(telegram.open({ chatId }, {} as never).kind).toBe("invalid");
  });
});
