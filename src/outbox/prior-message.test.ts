import { describe, expect, it } from "vitest";
import { outboxWorld, SECRET, TELEGRAM_ENV } from "../../test/support/outbox.ts";
import type { ChannelConfig } from "../model/channel-config.ts";

const DISCORD = {
  kind: "discord",
  settings: { url: "https://discord.com/api/v10/webhooks/1/token" },
} as const;

describe("a later message about an event", () => {
  it.each<[string, Partial<ChannelConfig>, object, (echo: string) => Response, string]>([
    [
      "a webhook",
      {},
      {},
      (echo) => new Response(`no tenant for ${echo}`, { status: 404 }),
      "HTTP 404: no tenant for ***",
    ],
    [
      "Telegram",
      { kind: "telegram", settings: { chatId: "1" } },
      {},
      () =>
        Response.json({ ok: false, description: "Bad Request: chat not found" }, { status: 400 }),
      "400: Bad Request: chat not found",
    ],
    [
      "Discord",
      DISCORD,
      {},
      () =>
        Response.json(
          {
            message: "Invalid Form Body",
            errors: { username: { _errors: [{ message: "is long" }] } },
          },
          { status: 400 },
        ),
      "HTTP 400: Invalid Form Body; username: is long",
    ],
    [
      "Resend",
      { kind: "email", settings: { to: ["a@dev.org"] } },
      { RESEND_API_KEY: "re_key", MAIL_FROM: "b@dev.org" },
      () => Response.json({ name: "validation_error", message: "no such domain" }, { status: 422 }),
      "HTTP 422: validation_error: no such domain",
    ],
    [
      "Postmark",
      { kind: "email", settings: { to: ["a@dev.org"], provider: "postmark" } },
      { POSTMARK_TOKEN: "pm-token", MAIL_FROM: "b@dev.org" },
      () => Response.json({ ErrorCode: 406, Message: "Inactive recipient" }, { status: 422 }),
      "error 406: Inactive recipient",
    ],
  ])(
    "keeps what %s said with the attempt, without secrets",
    async (_, channel, env, answer, said) => {
      const world = await outboxWorld(channel, () => answer(SECRET), { ...TELEGRAM_ENV, ...env });
      const outcome = await world.deliver(await world.change());
      expect((await world.rows())[0]?.attempts).toMatchObject([{ error: said }]);
      if (outcome.kind === "dlq")
        expect(await world.deadLetters()).toMatchObject([{ error: said }]);
      expect(JSON.stringify(await world.channel())).not.toContain("no tenant");
    },
  );

  it("refers to no message of the chat before, after the channel got another", async () => {
    const world = await outboxWorld({ kind: "telegram", settings: { chatId: "-100" } }, () =>
      Response.json({ ok: true, result: { message_id: 9 } }),
    );
    await world.deliver(await world.change());
    await world.store.updateChannel(world.channelId, { settings: { chatId: "-200" } });
    await world.deliver(await world.change({ state: "downgraded" }));
    expect(world.seen.map(({ body }) => [body.chat_id, body.reply_parameters])).toEqual([
      ["-100", undefined],
      ["-200", undefined],
    ]);
    await world.deliver(await world.change({ state: "verified" }));
    expect(world.seen[2]?.body).toMatchObject({ reply_parameters: { message_id: 9 } });
  });
});
