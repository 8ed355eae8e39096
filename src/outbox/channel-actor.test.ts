import { describe, expect, it, vi } from "vitest";
import { outboxWorld, SECRET, type Target } from "../../test/support/outbox.ts";
import { iso } from "../kit/time.ts";
import { type ChannelConfig, ChannelFilter } from "../model/channel-config.ts";
import { ChannelEnv } from "../settings/settings.ts";
import { StoreUnavailable } from "../store/index.ts";
import { memoryStore } from "../store/memory/index.ts";
import { type ChannelPorts, channelActor } from "./channel-actor.ts";

const PATIENCE_MS = 250;

/**
 * The actor of a channel over a memory store; sleeping moves its clock, and the patience of its
 * caller has no end.
 */
async function actorWorld(
  target: Target,
  over: Partial<ChannelPorts> = {},
  channel: Partial<ChannelConfig> = {},
) {
  const world = await outboxWorld(channel, target);
  const woken: number[] = [];
  const counted: string[] = [];
  const heard: unknown[] = [];
  const lines = new Map<string, number>();
  const ports: ChannelPorts = {
    now: () => world.clock.now,
    log: () => undefined,
    telemetry: {
      count: (name, labels) => void counted.push(`${name} ${labels?.result ?? ""}`),
      observe: () => undefined,
      sample: () => undefined,
    },
    store: world.store,
    routes: async () => null,
    quotas: world.store.quotaOf,
    env: world.ports.env,
    fetch: world.ports.fetch,
    random: () => 0.5,
    uuid: () => crypto.randomUUID(),
    sleep: async (ms) => {
      if (ms === PATIENCE_MS) return new Promise(() => undefined);
      world.clock.now += ms;
    },
    called: () => undefined,
    broadcast: async (messages) => void heard.push(...messages),
    wakeSweeper: async (at) => void woken.push(at),
    reserveShared: async () => 0,
    reserveOther: async () => 0,
    ...over,
  };
  const actor = channelActor(ports, {
    tats: { get: (key) => lines.get(key), put: (key, at) => void lines.set(key, at) },
    journal: world.ports.journal,
  });
  return { ...world, actor, woken, counted, heard };
}
const SENT = { externalId: "7", chat: null };
const answered = (status: number) => () => new Response("", { status });

describe("the actor of a channel", () => {
  it("delivers, and counts it", async () => {
    const { actor, change, rows, counted } = await actorWorld(answered(200));
    await actor.deliver(await change(), 1);
    expect(await rows()).toMatchObject([{ status: "done" }]);
    expect(counted).toContain("delivery_total ok");
  });

  it("leaves nothing in the journal of a send whose record was written and not answered", async () => {
    const { actor, change, journal, store, seen, clock } = await actorWorld(answered(200));
    const id = await change();
    const now = new Date(clock.now).toISOString();
    await store.claim(id, "lost", now, 30_000);
    journal.set(id, SENT);
    await store.close(id, "lost", { kind: "done", ...SENT }, null, now);
    const other = await change({}, { eventKey: "eth:OTHER:2026-01-15T12:00:00Z" });
    await actor.deliver(other, 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([journal.size, seen.length]).toEqual([0, 1]);
  });

  it("tells the live stream of each recorded attempt", async () => {
    const { actor, change, heard } = await actorWorld(answered(503));
    const id = await change();
    await actor.deliver(id, 1);
    expect(heard).toMatchObject([
      {
        event: "delivery",
        deliveryId: id,
        channel: "hook",
        symbol: "DEMO",
        result: "retry",
        attempt: 1,
      },
    ]);
  });

  it("tells it nothing of a tenant's, and counts those under the tenant's name", async () => {
    const names: unknown[] = [];
    const telemetry = {
      count: (name: string, labels?: Record<string, string>) =>
        void (name === "channel_sends_total" && names.push(labels?.name)),
      ...{ observe: () => undefined, sample: () => undefined },
    };
    const world = await actorWorld(answered(200), { telemetry }, { tenant: "acme" });
    await world.actor.deliver(await world.change(), 1);
    expect(await world.rows()).toMatchObject([{ status: "done" }]);
    expect(world.heard).toEqual([]);
    expect(names).toEqual(["acme/hook"]);
  });

  it("sends once what it is asked to deliver many times at once", async () => {
    const { actor, change, seen } = await actorWorld(answered(200));
    const id = await change();
    await Promise.all(Array.from({ length: 20 }, () => actor.deliver(id, 1)));
    expect(seen).toHaveLength(1);
  });

  it("waits for the strictest of its own limits and of those it shares", async () => {
    const telegram = { kind: "telegram", settings: { chatId: "-1001", updates: "new" } };
    const { actor, change, seen, woken, clock } = await actorWorld(
      answered(200),
      { reserveShared: async () => 60_000 },
      telegram,
    );
    const began = clock.now;
    await actor.deliver(await change(), 1);
    expect(seen).toEqual([]);
    expect(woken.map((at) => at - began)).toEqual([60_000]);
  });

  it("leaves a long wait to the sweeper, woken for the time it falls due", async () => {
    const { actor, change, rows, woken } = await actorWorld(answered(503));
    await actor.deliver(await change(), 1);
    const [row] = await rows();
    expect(row).toMatchObject({ status: "failed" });
    expect(woken.map(iso)).toEqual([row?.nextRetryAt]);
  });

  it("sleeps through a short wait that the target asks for", async () => {
    const { actor, change, rows, woken } = await actorWorld((_, n) =>
      n === 0
        ? new Response("", { status: 429, headers: { "retry-after": "1" } })
        : new Response(""),
    );
    await actor.deliver(await change(), 1);
    expect(await rows()).toMatchObject([{ status: "done" }]);
    expect(woken).toEqual([]);
  });

  it("sends the next change of an event as soon as the one before has been recorded", async () => {
    let answer: (response: Response) => void = () => undefined;
    const first = new Promise<Response>((resolve) => {
      answer = resolve;
    });
    const asleep = () => new Promise<void>(() => undefined);
    const { actor, change, rows, seen } = await actorWorld(
      (_, n) => (n === 0 ? first : new Response("")),
      { sleep: asleep },
    );
    const older = actor.deliver(await change(), 1);
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    const newer = actor.deliver(await change({ state: "downgraded", score: -9 }), 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    answer(new Response(""));
    await Promise.all([older, newer]);
    expect(seen).toHaveLength(2);
    expect(await rows()).toMatchObject([{ status: "done" }, { status: "done" }]);
  });

  it("rests when a success says that the target takes no more for now", async () => {
    const empty = { "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "2.5" };
    const { actor, clock, seen, change } = await actorWorld(
      () => Response.json({ id: "1" }, { headers: empty }),
      {},
      { kind: "discord", settings: { url: "https://discord.com/api/webhooks/1/token" } },
    );
    await actor.deliver(await change(), 1);
    const first = clock.now;
    await actor.deliver(await change({ state: "downgraded", score: -9 }), 1);
    expect(seen.map(({ at }) => at - first)).toEqual([0, 2_500]);
  });

  it("does not let the queue wait for a target that hangs", async () => {
    const { actor, change, rows } = await actorWorld(() => new Promise(() => undefined), {
      sleep: async () => undefined,
    });
    await actor.deliver(await change(), 1);
    expect(await rows()).toMatchObject([{ finishedAt: null }]);
  });

  it("tells its caller when the database is away, and wakes the sweeper", async () => {
    const away = { ...memoryStore(), claim: () => Promise.reject(new StoreUnavailable("away")) };
    const { actor, woken } = await actorWorld(answered(200), { store: away });
    await expect(actor.deliver(1, 1)).rejects.toThrow(StoreUnavailable);
    expect(woken).toHaveLength(1);
  });

  it("holds no more than it can, and leaves the rest to the sweeper", async () => {
    const { actor, woken, clock } = await actorWorld(answered(200), {
      store: { ...memoryStore(), claim: () => new Promise(() => undefined) },
      sleep: async () => undefined,
    });
    await Promise.all(Array.from({ length: 230 }, (_, id) => actor.deliver(id + 1, 1)));
    expect(woken).toHaveLength(30);
    expect(Math.max(...woken)).toBeLessThanOrEqual(clock.now + 2_000);
  });

  it("takes up a channel at once that was switched on a moment ago", async () => {
    for (const status of ["paused", "disabled"] as const) {
      const { actor, change, rows, store, channelId, clock } = await actorWorld(answered(200));
      const first = await change();
      await store.setChannelStatus(channelId, status, "HTTP 401");
      await actor.deliver(first, 1);
      await store.setChannelStatus(channelId, "active", null);
      clock.now += 1;
      await actor.deliver(
        await change({ state: "downgraded" }, { eventKey: "eth:OTHER:2026-01-15T12:00:00Z" }),
        1,
      );
      expect((await rows()).at(-1)).toMatchObject({ status: "done" });
    }
  });

  it("forgives a channel its first failure with the success that follows within seconds", async () => {
    let status = 500;
    const world = await actorWorld(() => new Response("", { status }));
    await world.actor.deliver(await world.change(), 1);
    expect((await world.channel())?.failingSince).not.toBeNull();
    status = 200;
    world.clock.now += 1_000;
    const other = { eventKey: "eth:OTHER:2026-01-15T12:00:00Z" };
    await world.actor.deliver(await world.change({}, other), 1);
    expect((await world.channel())?.failingSince).toBeNull();
  });

  it("holds nothing against a channel whose address was changed while the old one refused", async () => {
    for (const status of [401, 410]) {
      const fixed = { url: "https://new.dev.org/in", secrets: [SECRET] };
      const world = await actorWorld(async ({ url }) => {
        if (url === fixed.url) return new Response("");
        await world.store.updateChannel(world.channelId, { settings: fixed });
        world.clock.now += 1;
        return new Response("", { status });
      });
      const id = await world.change();
      await world.actor.deliver(id, 1);
      expect((await world.channel())?.status).toBe("active");
      world.clock.now = world.woken.at(-1) ?? world.clock.now;
      await world.actor.deliver(id, 1);
      expect(await world.rows()).toMatchObject([{ status: "done" }]);
    }
  });

  it("puts what falls due together into one message, also when it is asked for all of it at once", async () => {
    const mail = {
      kind: "email",
      settings: { to: ["ops@dev.org"] },
      filter: ChannelFilter.parse({ digestMinutes: 10 }),
    };
    const env = ChannelEnv.parse({ RESEND_API_KEY: "re_key", MAIL_FROM: "signals@dev.org" });
    const world = await actorWorld(() => Response.json({ id: "1" }), { env }, mail);
    const ids = [];
    for (let n = 0; n < 30; n++)
      ids.push(
        await world.change(
          { transition: 1 },
          { symbol: `S${n}`, eventKey: `eth:T${n}:2026-01-15T12:00:00Z` },
        ),
      );
    world.clock.now += 600_000;
    await Promise.all(ids.map((id) => world.actor.deliver(id, world.channelId)));
    expect(new Set((await world.rows()).map(({ status }) => status))).toEqual(new Set(["done"]));
    expect(world.seen).toHaveLength(1);
  });
});
