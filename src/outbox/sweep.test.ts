import { describe, expect, it } from "vitest";
import { NOON, outboxWorld } from "../../test/support/outbox.ts";
import { ChannelFilter } from "../model/channel-config.ts";
import type { DueDelivery } from "../store/store.ts";
import { sweep } from "./sweep.ts";

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
  return { ...world, ports, queued, queries: () => queries, sweep: (at: number) => sweep(ports, at) };
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
    await world.store.close(id, "t", { kind: "done", externalId: null }, null, new Date(NOON + 600_000).toISOString());
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
