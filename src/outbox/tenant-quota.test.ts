import { describe, expect, it } from "vitest";
import { channelOf, NOON, outboxWorld } from "../../test/support/outbox.ts";
import { iso } from "../kit/time.ts";
import { waitReason } from "./wait-reason.ts";

const MIDNIGHT = "2026-01-16T00:00:00.000Z";

/** A tenant with one channel, and what the database is asked about its quota. */
async function world(tenant: string, most?: number, target?: () => Response) {
  const made = await outboxWorld({ tenant, atMostOnce: false }, target);
  await made.store.addTenant(tenant, iso(NOON));
  if (most !== undefined) await made.store.setQuota(tenant, { notificationsPerDay: most });
  const taken: number[] = [];
  const { takeNotification } = made.ports.store;
  made.ports.store = {
    ...made.ports.store,
    async takeNotification(id, day) {
      taken.push(id);
      return takeNotification(id, day);
    },
  };
  return { ...made, taken };
}

describe("a tenant with a quota of notifications", () => {
  it("has the rest wait for the next day, and sends it then", async () => {
    const { change, deliver, seen, clock } = await world("acme", 1);
    const first = await change();
    expect(await deliver(first)).toMatchObject({ kind: "done" });
    const second = await change({ state: "downgraded" });
    expect(await deliver(second)).toMatchObject({
      kind: "later",
      at: Date.parse(MIDNIGHT),
      reason: "quota of 1 notifications a day",
    });
    expect(seen).toHaveLength(1);
    clock.now = Date.parse(MIDNIGHT);
    expect(await deliver(second)).toMatchObject({ kind: "done" });
    expect(seen).toHaveLength(2);
  });

  it("has a delivery die that finds no room on the day after either", async () => {
    const { change, deliver, clock, store } = await world("acme", 1);
    await deliver(await change());
    const id = await change({ state: "downgraded" });
    await deliver(id);
    await store.setQuota("acme", { notificationsPerDay: 0 });
    clock.now = Date.parse("2026-01-25T00:00:00.000Z");
    expect(await deliver(id)).toMatchObject({ kind: "dlq", reason: "expired" });
  });

  it("is not charged for another attempt at the same one", async () => {
    let answers = 0;
    const failing = () => new Response("", { status: answers++ === 0 ? 503 : 200 });
    const { change, deliver, clock, store } = await world("acme", 1, failing);
    const id = await change();
    const later = await deliver(id);
    if (later.kind !== "later") throw new Error(later.kind);
    clock.now = later.at;
    expect(await deliver(id)).toMatchObject({ kind: "done" });
    expect((await store.tenantUse("acme", "2026-01-15"))?.used.notifications).toBe(1);
  });

  it("is told why a row waits", () => {
    const row = {
      ...{ channelId: 1, status: "pending" as const, createdAt: iso(NOON), attempts: [] },
      ...{ nextRetryAt: MIDNIGHT, payload: {} },
    };
    expect(waitReason(row, [channelOf({ tenant: "acme" })], NOON)).toBe(
      `the quota of notifications, until ${MIDNIGHT}`,
    );
    expect(waitReason(row, [channelOf()], NOON)).toBe("its turn");
  });
});

it.each(["acme", "default"])("costs %s no statement without a quota", async (tenant) => {
  const { change, deliver, taken } = await world(tenant);
  expect(await deliver(await change())).toMatchObject({ kind: "done" });
  expect(taken).toEqual([]);
});
