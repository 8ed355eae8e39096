import { describe, expect, it } from "vitest";
import { channelOf, NOON, outboxWorld } from "../../test/support/outbox.ts";
import { iso } from "../kit/time.ts";
import { ChannelFilter } from "../model/channel-config.ts";
import type { DueDelivery } from "../store/outbox.ts";
import { sweepOutbox } from "./sweep.ts";

async function swept(filter: object = {}) {
  const world = await outboxWorld({ filter: ChannelFilter.parse(filter) });
  const queued: number[] = [];
  let queries = 0;
  const counted =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      queries++;
      return call(...args);
    };
  const ports = {
    store: { due: counted(world.store.due), nextDue: counted(world.store.nextDue) },
    enqueue: async (due: readonly DueDelivery[]) => void queued.push(...due.map(({ id }) => id)),
    sentAt: new Map<number, number>(),
  };
  return {
    ...world,
    ports,
    queued,
    queries: () => queries,
    sweep: (at: number) => sweepOutbox(ports, at),
  };
}

describe("the sweep", () => {
  it("asks one thing of an empty outbox and sets no alarm", async () => {
    const world = await swept();
    expect(await world.sweep(NOON)).toEqual({ sent: 0, next: null });
    expect(world.queries()).toBe(1);
  });

  it("sends what is due to the queue, once while it is on its way", async () => {
    const world = await swept();
    const id = await world.change();
    expect(await world.sweep(NOON)).toEqual({ sent: 1, next: NOON + 15_000 });
    expect(await world.sweep(NOON + 15_000)).toMatchObject({ sent: 0 });
    expect(world.queued).toEqual([id]);
  });

  it("goes on at once while a channel takes what it is sent, and lets none that hangs hold up the others", async () => {
    const world = await swept();
    const other = await world.store.addChannel({ ...channelOf(), name: "other" }, iso(NOON));
    for (let n = 0; n < 350; n++)
      await world.change({ transition: 1 }, { eventKey: `eth:T${n}:2026-01-15T12:00:00Z` });
    const [hanging, working] = [world.channelId, other.kind === "saved" ? other.channel.id : 0];
    const open = new Map(
      (await world.store.due(iso(NOON), 350)).map(({ id, channelId }) => [id, channelId]),
    );
    let now = NOON;
    for (let looks = 0; looks < 10; looks++) {
      const already = world.queued.length;
      now = (await world.sweep(now)).next ?? now;
      for (const id of world.queued.slice(already)) {
        if (open.get(id) !== working) continue;
        await world.store.claim(id, "L", iso(now), 60_000);
        await world.store.close(id, "L", { kind: "done", externalId: null }, null, iso(now));
      }
    }
    const queued = (channel: number) =>
      world.queued.filter((id) => open.get(id) === channel).length;
    expect({ working: queued(working), hanging: queued(hanging) }).toEqual({
      working: 350,
      hanging: 100,
    });
    expect(now - NOON).toBeLessThan(120_000);
  });

  it("brings a retry when it falls due, although it sent the row a moment ago", async () => {
    const world = await swept();
    const id = await world.change();
    await world.sweep(NOON);
    await world.store.claim(id, "L", iso(NOON + 500), 60_000);
    await world.store.close(
      id,
      "L",
      { kind: "failed", nextRetryAt: iso(NOON + 5_000) },
      null,
      iso(NOON + 900),
    );
    expect(await world.sweep(NOON + 1_000)).toEqual({ sent: 0, next: NOON + 5_000 });
    expect(await world.sweep(NOON + 5_000)).toMatchObject({ sent: 1 });
  });

  it("sends it again when its message seems lost", async () => {
    const world = await swept();
    const id = await world.change();
    await world.sweep(NOON);
    await world.sweep(NOON + 121_000);
    expect(world.queued).toEqual([id, id]);
  });

  it("sleeps until the earliest row falls due, and for good when all are closed", async () => {
    const world = await swept({ digestMinutes: 10 });
    const id = await world.change();
    expect(await world.sweep(NOON)).toEqual({ sent: 0, next: NOON + 600_000 });
    await world.store.claim(id, "t", new Date(NOON + 600_000).toISOString(), 60_000);
    await world.store.close(
      id,
      "t",
      { kind: "done", externalId: null },
      null,
      new Date(NOON + 600_000).toISOString(),
    );
    expect(await world.sweep(NOON + 600_000)).toEqual({ sent: 0, next: null });
  });

  it("takes nothing for sent when the queue refuses", async () => {
    const world = await swept();
    await world.change();
    world.ports.enqueue = () => Promise.reject(new Error("queue"));
    await expect(world.sweep(NOON)).rejects.toThrow("queue");
    expect(world.ports.sentAt.size).toBe(0);
  });
});
