import { describe, expect, it } from "vitest";
import { channelOf, NOON, outboxWorld, SECRET, TELEGRAM_ENV } from "../../test/support/outbox.ts";
import { iso } from "../kit/time.ts";
import { type ChannelConfig, ChannelFilter } from "../model/channel-config.ts";
import { StoreUnavailable } from "../store/index.ts";
import { REFUSALS_BEFORE_PAUSE } from "./channel-failures.ts";

const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response("no", { status: code, headers });
const lost = () => {
  throw new TypeError("network");
};
const DISCORD = {
  kind: "discord",
  settings: { url: "https://discord.com/api/v10/webhooks/1/token" },
} as const;
const filter = (over: object) => ChannelFilter.parse(over);
const minutes = (count: number) => count * 60_000;

describe("deliver", () => {
  it("sends once and closes the row", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    expect(await world.deliver(id)).toMatchObject({
      kind: "done",
      channel: "webhook",
      result: "ok",
      rows: 1,
    });
    expect(await world.deliver(id)).toEqual({ kind: "closed" });
    expect(world.seen).toHaveLength(1);
    expect(await world.rows()).toMatchObject([
      { status: "done", attempts: [{ result: "ok", httpStatus: 200 }] },
    ]);
    expect(world.journal.size).toBe(0);
  });

  it("lets one of two callers through", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    const outcomes = await Promise.all([world.deliver(id), world.deliver(id)]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(["done", "later"]);
    expect(world.seen).toHaveLength(1);
  });

  it("tries a failing target again with the same key until it takes the message", async () => {
    const world = await outboxWorld({}, (_, n) => new Response("", { status: n < 3 ? 503 : 200 }));
    const id = await world.change();
    for (
      let outcome = await world.deliver(id);
      outcome.kind === "later";
      outcome = await world.deliver(id)
    )
      world.clock.now = outcome.at;
    expect(new Set(world.seen.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect((await world.rows())[0]?.attempts.map(({ result }) => result)).toEqual([
      "retry",
      "retry",
      "retry",
      "ok",
    ]);
  });

  it("waits as long as the target asks, and never less", async () => {
    const world = await outboxWorld({}, status(429, { "retry-after": "120" }));
    const outcome = await world.deliver(await world.change());
    expect(outcome).toMatchObject({ kind: "later", result: "throttled" });
    expect(outcome.kind === "later" && outcome.at - NOON).toBeGreaterThanOrEqual(120_000);
  });

  it("gives up on a webhook after three days and says what can be done", async () => {
    const world = await outboxWorld({}, status(500));
    const id = await world.change();
    let outcome = await world.deliver(id);
    for (; outcome.kind === "later"; outcome = await world.deliver(id))
      world.clock.now = outcome.at;
    expect(outcome).toMatchObject({ kind: "dlq", reason: "expired" });
    expect(world.clock.now - NOON).toBe(72 * minutes(60));
    expect(await world.deadLetters()).toMatchObject([
      {
        reason: "expired",
        stage: "deliveries",
        subject: `${id}`,
        advice: expect.stringContaining("replay"),
      },
    ]);
  });

  it.each([
    [400, "rejected", "active"],
    [404, "gone", "disabled"],
  ])("ends a %i as %s and leaves the chat's channel %s", async (code, reason, channelStatus) => {
    const refusal = () => Response.json({ message: "refused" }, { status: code });
    const world = await outboxWorld(DISCORD, refusal);
    expect(await world.deliver(await world.change())).toMatchObject({ kind: "dlq", reason });
    expect(await world.channel()).toMatchObject({ status: channelStatus });
    expect(world.seen).toHaveLength(1);
  });

  it("disables a webhook on 410 alone", async () => {
    const gone = await outboxWorld({}, status(410));
    expect(await gone.deliver(await gone.change())).toMatchObject({ kind: "dlq", reason: "gone" });
    expect(await gone.channel()).toMatchObject({ status: "disabled" });
    for (const code of [400, 401, 403, 404, 413]) {
      const world = await outboxWorld({}, status(code));
      expect(await world.deliver(await world.change())).toMatchObject({ kind: "later" });
      expect(await world.channel()).toMatchObject({ status: "active" });
    }
  });

  it.each([403])(
    "pauses a chat's channel on %i and keeps the delivery until someone repairs it",
    async (code) => {
      const refusal = Response.json({ message: "no access" }, { status: 403 });
      const world = await outboxWorld(DISCORD, (_, n) =>
        n < REFUSALS_BEFORE_PAUSE ? refusal.clone() : Response.json({ id: `${code}` }),
      );
      const id = await world.change();
      let refused = await world.deliver(id);
      for (let n = 1; n < REFUSALS_BEFORE_PAUSE; n++) {
        expect(await world.channel()).toMatchObject({ status: "active" });
        world.clock.now = refused.kind === "later" ? refused.at : 0;
        refused = await world.deliver(id);
      }
      expect(await world.channel()).toMatchObject({
        status: "paused",
        statusReason: `HTTP ${code}: no access`,
      });
      world.clock.now = refused.kind === "later" ? refused.at : 0;
      const waiting = await world.deliver(id);
      expect(waiting).toMatchObject({ kind: "later", reason: "paused" });
      expect(world.seen).toHaveLength(REFUSALS_BEFORE_PAUSE);
      await world.store.setChannelStatus(world.channelId, "active", null);
      world.clock.now = waiting.kind === "later" ? waiting.at : 0;
      expect(await world.deliver(id)).toMatchObject({ kind: "done" });
    },
  );

  it("leaves nothing in the journal of a send that was recorded", async () => {
    const world = await outboxWorld();
    const kept: number[] = [];
    const { put } = world.ports.journal;
    world.ports.journal.put = async (id, sent) => {
      kept.push(id);
      await put(id, sent);
    };
    const id = await world.change();
    expect(await world.deliver(id)).toMatchObject({ kind: "done" });
    expect([kept, world.journal.size]).toEqual([[id], 0]);
  });

  it("sends at once over a channel that a person has just repaired", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    const repaired = await world.store.channels();
    const before = repaired.map((channel) => ({ ...channel, status: "paused" as const }));
    world.ports.channels = async (since) => (since === undefined ? before : repaired);
    expect(await world.deliver(id)).toMatchObject({ kind: "done" });
  });

  it("pauses a webhook whose credentials are refused again and again", async () => {
    const world = await outboxWorld({}, status(401));
    const id = await world.change();
    for (let n = 1; n <= REFUSALS_BEFORE_PAUSE; n++) {
      expect(await world.channel()).toMatchObject({ status: "active" });
      const outcome = await world.deliver(id);
      world.clock.now = outcome.kind === "later" ? outcome.at : 0;
    }
    expect(await world.channel()).toMatchObject({ status: "paused", statusReason: "HTTP 401" });
  });

  it("forgets refusals and failures at the first success", async () => {
    const world = await outboxWorld({}, (_, n) => new Response("", { status: n % 2 ? 200 : 401 }));
    for (let n = 0; n < 2 * REFUSALS_BEFORE_PAUSE; n++) {
      const id = await world.change({ state: n % 2 ? "downgraded" : "verified" });
      const outcome = await world.deliver(id);
      world.clock.now = outcome.kind === "later" ? outcome.at : 0;
      expect(await world.deliver(id)).toMatchObject({ kind: "done" });
    }
    expect(await world.channel()).toMatchObject({ status: "active", failingSince: null });
  });

  it("switches a webhook off when all attempts of five days failed, and says so elsewhere", async () => {
    const world = await outboxWorld({}, ({ url }) =>
      url.includes("telegram")
        ? Response.json({ ok: true, result: { message_id: 1 } })
        : status(500)(),
    );
    const { filter: everything } = channelOf();
    const chat = { kind: "telegram", name: "ops", settings: { chatId: "5" }, atMostOnce: false };
    await world.store.addChannel({ ...chat, filter: { ...everything, minScore: 99 } }, iso(NOON));
    for (let day = 0; day < 6; day++) {
      expect(await world.channel(), `day ${day}`).toMatchObject({ status: "active" });
      world.clock.now = Math.max(world.clock.now, NOON + day * 24 * minutes(60));
      const id = await world.change({}, { eventKey: `eth:DAY${day}:w` });
      for (let n = 0; n < 4 && (await world.channel())?.status === "active"; n++) {
        const outcome = await world.deliver(id);
        world.clock.now = outcome.kind === "later" ? outcome.at : world.clock.now;
      }
    }
    expect(await world.channel()).toMatchObject({
      status: "disabled",
      statusReason: expect.stringMatching(/^every attempt has failed since 2026-01-15.*HTTP 500/),
    });
    const notices = world.seen.filter(({ url }) => url.includes("telegram"));
    expect(notices).toHaveLength(1);
    expect(notices[0]?.body.text).toContain("Channel hook was switched off");
    const late = await world.change({}, { eventKey: "eth:LATE:w" });
    expect(await world.deliver(late)).toMatchObject({ kind: "dlq", reason: "channel_disabled" });
  });

  it("does not wait for a paused channel longer than the message is worth", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    await world.store.setChannelStatus(world.channelId, "paused", "HTTP 401");
    world.clock.now = NOON + 73 * minutes(60);
    expect(await world.deliver(id)).toMatchObject({ kind: "dlq", reason: "expired" });
  });

  it("does not send to a channel that was switched off", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    await world.store.setChannelStatus(world.channelId, "disabled", "HTTP 410");
    expect(await world.deliver(id)).toMatchObject({ kind: "dlq", reason: "channel_disabled" });
    expect(world.seen).toEqual([]);
  });

  it("skips what was in hand while its channel was removed", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    await world.store.claim(id, "dead", iso(NOON), 1_000);
    await world.store.removeChannel(world.channelId, iso(NOON));
    world.clock.now += 2_000;
    expect(await world.deliver(id)).toMatchObject({ kind: "done", result: "skipped" });
    expect(world.seen).toEqual([]);
  });

  it("pauses a channel that this deployment has no token for", async () => {
    const world = await outboxWorld({ kind: "telegram", settings: { chatId: 5 } }, undefined, {});
    expect(await world.deliver(await world.change())).toMatchObject({
      kind: "later",
      reason: "paused",
    });
    expect(await world.channel()).toMatchObject({
      status: "paused",
      statusReason: "TELEGRAM_BOT_TOKEN is not set",
    });
  });

  it("sends nothing to an address inside, whatever is stored", async () => {
    const world = await outboxWorld({
      settings: { ...channelOf().settings, url: "https://169.254.169.254/" },
    });
    expect(await world.deliver(await world.change())).toMatchObject({
      kind: "dlq",
      reason: "settings",
    });
    expect(world.seen).toEqual([]);
  });

  it("counts a lost answer as ambiguous and repeats it with the same key", async () => {
    const world = await outboxWorld({}, (_, n) => (n === 0 ? lost() : new Response("")));
    const id = await world.change();
    const outcome = await world.deliver(id);
    expect(outcome).toMatchObject({ kind: "later", ambiguous: true });
    world.clock.now = outcome.kind === "later" ? outcome.at : 0;
    expect(await world.deliver(id)).toMatchObject({ kind: "done", ambiguous: false });
    expect(world.seen[0]?.headers["webhook-id"]).toBe(world.seen[1]?.headers["webhook-id"]);
  });

  it("never repeats a lost answer where at most once was chosen", async () => {
    const world = await outboxWorld({ atMostOnce: true }, lost);
    expect(await world.deliver(await world.change())).toMatchObject({
      kind: "dlq",
      reason: "ambiguous",
    });
  });

  it("never repeats what a dead worker may have sent where at most once was chosen", async () => {
    for (const atMostOnce of [true, false]) {
      const world = await outboxWorld({ atMostOnce });
      const id = await world.change();
      await world.store.claim(id, "dead", iso(NOON), 60_000);
      await world.store.renew(id, "dead", iso(NOON), 60_000);
      world.clock.now += minutes(2);
      expect(await world.deliver(id)).toMatchObject(
        atMostOnce ? { kind: "dlq", reason: "ambiguous" } : { kind: "done" },
      );
      expect(world.seen).toHaveLength(atMostOnce ? 0 : 1);
    }
  });

  it("does not take for sent what failed before the send, where at most once was chosen", async () => {
    const world = await outboxWorld(
      { kind: "telegram", settings: { chatId: "1" }, atMostOnce: true },
      () => Response.json({ ok: true, result: { message_id: 9 } }),
    );
    await world.deliver(await world.change());
    const id = await world.change({ state: "downgraded" });
    const { lastMessage } = world.ports.store;
    world.ports.store.lastMessage = () => Promise.reject(new StoreUnavailable("away"));
    expect(await world.deliver(id)).toEqual({ kind: "unavailable" });
    world.ports.store.lastMessage = lastMessage;
    world.clock.now += minutes(5);
    expect(await world.deliver(id)).toMatchObject({ kind: "done", result: "ok" });
  });

  it("buries a row that no message can be made of, instead of trying it for ever", async () => {
    const world = await outboxWorld({ kind: "telegram", settings: { chatId: "1" } });
    const { claim } = world.ports.store;
    world.ports.store = {
      ...world.ports.store,
      async claim(...ask) {
        const given = await claim(...ask);
        return given.kind === "claimed"
          ? { kind: "claimed", delivery: { ...given.delivery, payload: {} as never } }
          : given;
      },
    };
    expect(await world.deliver(await world.change())).toMatchObject({
      kind: "dlq",
      reason: "rejected",
    });
    expect(await world.deadLetters()).toMatchObject([
      { error: expect.stringContaining("TypeError") },
    ]);
    expect(world.seen).toEqual([]);
  });

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

  it("does not send again what the channel took while the database was away", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    const { close } = world.ports.store;
    world.ports.store = {
      ...world.ports.store,
      close: () => Promise.reject(new StoreUnavailable("away")),
    };
    expect(await world.deliver(id)).toEqual({ kind: "unavailable" });
    world.ports.store = { ...world.ports.store, close };
    world.clock.now += minutes(5);
    expect(await world.deliver(id)).toMatchObject({ kind: "done", result: "journal" });
    expect(world.seen).toHaveLength(1);
  });

  it("says so when the database is away before the send", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    world.ports.store = {
      ...world.ports.store,
      renew: () => Promise.reject(new StoreUnavailable("away")),
    };
    expect(await world.deliver(id)).toEqual({ kind: "unavailable" });
    expect(world.seen).toEqual([]);
  });

  it("does not send after it lost its lease", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    world.ports.reserve = async () => 5_000;
    world.ports.sleep = async () => {
      world.clock.now += minutes(3);
      await world.store.claim(id, "other", iso(world.clock.now), 60_000);
    };
    expect(await world.deliver(id)).toEqual({ kind: "lost-lease" });
    expect(world.seen).toEqual([]);
  });

  it("tells the transitions of one event in their order, even past a failure", async () => {
    const world = await outboxWorld(
      {},
      (_, n) => new Response("", { status: n === 0 ? 503 : 200 }),
    );
    const first = await world.change({ state: "downgraded", score: -7 });
    const second = await world.change();
    expect(await world.deliver(first)).toMatchObject({ kind: "later", result: "retry" });
    expect(await world.deliver(second)).toMatchObject({
      kind: "later",
      reason: "behind an older one",
    });
    world.clock.now += minutes(10);
    expect(await world.deliver(second)).toMatchObject({ kind: "later" });
    expect(await world.deliver(first)).toMatchObject({ kind: "done" });
    world.clock.now += 3_000;
    expect(await world.deliver(second)).toMatchObject({ kind: "done" });
    expect(world.seen.map(({ body }) => body.type)).toEqual([
      "signal.downgraded",
      "signal.downgraded",
      "signal.verified",
    ]);
  });

  it("lets a downgrade overtake what was not delivered before it and is no longer true", async () => {
    const world = await outboxWorld(
      {},
      (_, n) => new Response("", { status: n === 0 ? 503 : 200 }),
    );
    const first = await world.change();
    expect(await world.deliver(first)).toMatchObject({ kind: "later", result: "retry" });
    const second = await world.change({ state: "downgraded", score: -7 });
    expect(await world.deliver(second)).toMatchObject({ kind: "done" });
    world.clock.now += minutes(10);
    expect(await world.deliver(first)).toEqual({ kind: "closed" });
    expect((await world.rows())[0]?.attempts.map(({ result }) => result)).toEqual([
      "retry",
      "superseded",
    ]);
  });

  it("gives a row back when its place in the line is far off, without counting an attempt", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    world.ports.reserve = async () => 30_000;
    expect(await world.deliver(id)).toMatchObject({
      kind: "later",
      at: NOON + 30_000,
      reason: "paced",
    });
    expect(await world.rows()).toMatchObject([{ status: "pending", retryCount: 0, attempts: [] }]);
  });

  it("keeps quiet in the quiet hours, also for a retry that falls into them", async () => {
    const world = await outboxWorld(
      { filter: filter({ quietHours: { from: "12:05", to: "13:00", zone: "UTC" } }) },
      status(500),
    );
    const id = await world.change();
    await world.deliver(id);
    world.clock.now = NOON + minutes(10);
    expect(await world.deliver(id)).toMatchObject({
      kind: "later",
      at: NOON + minutes(60),
      reason: "quiet hours",
    });
    expect(world.seen).toHaveLength(1);
  });

  it("says no more about an event that was muted after its row was written", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    await world.store.updateChannel(world.channelId, {
      filter: filter({ mutedEvents: ["eth:DEMO:2026-01-15T12:00:00Z"] }),
    });
    expect(await world.deliver(id)).toMatchObject({ kind: "done", result: "muted" });
    expect(world.seen).toEqual([]);
  });
});
