import { describe, expect, it } from "vitest";
import { channelOf, NOON, outboxWorld } from "../../test/support/outbox.ts";
import { iso } from "../kit/time.ts";
import { REFUSALS_BEFORE_PAUSE } from "./channel-failures.ts";

const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response("no", { status: code, headers });
const DISCORD = {
  kind: "discord",
  settings: { url: "https://discord.com/api/v10/webhooks/1/token" },
} as const;
const minutes = (count: number) => count * 60_000;

describe("what a delivery does to its channel", () => {
  it.each([
    [400, "rejected", "active"],
    [404, "gone", "disabled"],
  ])("ends a %i as %s and leaves the chat's channel %s", async (code, reason, channelStatus) => {
    const refusal = () => Response.json({ message: "refused", code: 10_015 }, { status: code });
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
});
