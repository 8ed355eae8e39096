import { describe, expect, it } from "vitest";
import { outboxWorld } from "../../test/support/outbox.ts";

const SEND_MS = 15_000;

/** A world that lists what `deliver` asks of the store. */
async function observed(...given: Parameters<typeof outboxWorld>) {
  const world = await outboxWorld(...given);
  const asked: string[] = [];
  const noted =
    <Ask extends unknown[], Answer>(name: string, ask: (...of: Ask) => Answer) =>
    (...of: Ask): Answer => {
      asked.push(name);
      return ask(...of);
    };
  const { claim, renew, close } = world.ports.store;
  world.ports.store = {
    ...world.ports.store,
    claim: noted("claim", claim),
    renew: noted("renew", renew),
    close: noted("close", close),
  };
  return { world, asked };
}

describe("a row that is claimed for its send", () => {
  it("costs a claim and a close", async () => {
    const { world, asked } = await observed();
    const id = await world.change();
    expect(await world.deliver(id, SEND_MS)).toMatchObject({ kind: "done" });
    expect(asked).toEqual(["claim", "close"]);
  });

  it("renews its lease when the send had to wait longer than a moment", async () => {
    const { world, asked } = await observed();
    const id = await world.change();
    const { claim } = world.ports.store;
    world.ports.store.claim = async (...ask) => {
      const answer = await claim(...ask);
      world.clock.now += 5_001;
      return answer;
    };
    expect(await world.deliver(id, SEND_MS)).toMatchObject({ kind: "done" });
    expect(asked).toEqual(["claim", "renew", "close"]);
  });

  it("is not sent when another took it while it waited", async () => {
    const { world } = await observed();
    const id = await world.change();
    const { claim } = world.ports.store;
    world.ports.store.claim = async (...ask) => {
      const answer = await claim(...ask);
      world.clock.now += 60_000;
      await claim(id, "another", new Date(world.clock.now).toISOString(), 60_000);
      return answer;
    };
    expect(await world.deliver(id, SEND_MS)).toEqual({ kind: "lost-lease" });
    expect(world.seen).toEqual([]);
  });

  it("is repeated with its own key after its holder died, and is not one that may be lost", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    await world.store.claim(id, "dead", new Date(world.clock.now).toISOString(), 35_000, {
      sends: true,
    });
    world.clock.now += 36_000;
    expect(await world.deliver(id, SEND_MS)).toMatchObject({ kind: "done" });
    const [row] = await world.rows();
    expect(world.seen.map(({ headers }) => headers["webhook-id"])).toEqual([row?.idemKey]);
  });
});
