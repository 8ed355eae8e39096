import { describe, expect, it } from "vitest";
import { NOON, outboxWorld } from "../../test/support/outbox.ts";
import { iso } from "../kit/time.ts";
import { StoreUnavailable } from "../store/index.ts";

const lost = () => {
  throw new TypeError("network");
};
const minutes = (count: number) => count * 60_000;

describe("a send that is not recorded, or whose answer is lost", () => {
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
});
