import { expect, it } from "vitest";
import { channelOf, outboxWorld } from "../../test/support/outbox.ts";
import { sendNotice } from "./channel-notice.ts";

const SWITCHED = { channel: channelOf({ id: 5 }), status: "paused" as const, reason: "401" };
const chat = { kind: "telegram", name: "chat", settings: { chatId: "7" } };
const ok = () => Response.json({ ok: true, result: { message_id: 1 } });

/** A chat whose own pace lets the notice go after `waitMs`. */
async function noticed(waitMs: number, tenant = "default") {
  const world = await outboxWorld({ ...chat, tenant }, ok);
  const asked: { channelId: number; keys: string[] }[] = [];
  world.ports.reserveAt = async (channelId, _, limits) => {
    asked.push({ channelId, keys: limits.map(({ key }) => key) });
    return waitMs;
  };
  const began = world.clock.now;
  await sendNotice(SWITCHED, world.ports);
  return { asked, id: world.channelId, sentAfter: world.seen.map(({ at }) => at - began) };
}

it("waits for its turn in the pace of the channel that it is sent over", async () => {
  const { asked, id, sentAfter } = await noticed(2_500);
  expect(asked).toEqual([{ channelId: id, keys: ["chat:7", "telegram-bot"] }]);
  expect(sentAfter).toEqual([2_500]);
});

it("tells no tenant of another's channel", async () => {
  expect((await noticed(0)).sentAfter).toEqual([0]);
  expect((await noticed(0, "acme")).sentAfter).toEqual([]);
});

it("leaves a channel alone that has no turn soon", async () => {
  expect((await noticed(60_000)).sentAfter).toEqual([]);
});
