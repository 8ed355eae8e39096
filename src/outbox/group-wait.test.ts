import { describe, expect, it } from "vitest";
import { NOON, outboxWorld } from "../../test/support/outbox.ts";
import { routesOf } from "../../test/support/routes.ts";
import { previewRoutes } from "./route-preview.ts";
import { waitReason } from "./wait-reason.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const ROUTES =
  'version: "1.0"\nroute:\n  group_by: [chain]\n  group_wait: 30s\n  group_interval: 5m\n';

/** A world whose signals are grouped by chain, and what its channel was sent. */
async function grouped() {
  const world = await outboxWorld({ kind: "log", name: "hook", settings: {} });
  world.routes.inForce = routesOf(ROUTES);
  const sent: string[] = [];
  world.ports.log = ({ text }) => void sent.push(text);
  const signal = (symbol: string, chain: "eth" | "sol" = "eth") =>
    world.change(
      {},
      { eventKey: `${chain}:${symbol}:1`, tokenCa: `${chain}-${symbol}`, symbol, chain },
    );
  /** Attempts what is due at a time after noon. */
  const turn = async (ms: number) => {
    world.clock.now = NOON + ms;
    const due = await world.store.due(new Date(world.clock.now).toISOString(), 50);
    for (const { id } of due) await world.deliver(id);
    return sent.splice(0);
  };
  return { ...world, signal, turn };
}

describe("group_wait", () => {
  it("lets the first signal of a group wait for others, and sends them together", async () => {
    const { signal, turn, clock } = await grouped();
    await signal("A");
    clock.now = NOON + 20 * SECOND;
    await signal("B");
    await signal("C", "sol");
    expect(await turn(29 * SECOND)).toEqual([]);
    expect(await turn(30 * SECOND)).toEqual(["2 signals"]);
    expect(await turn(50 * SECOND)).toEqual([expect.stringContaining("$C")]);
  });

  it("lets later ones wait until group_interval has passed since the last message", async () => {
    const { signal, turn, rows, clock, routes } = await grouped();
    await signal("A");
    expect(await turn(30 * SECOND)).toHaveLength(1);
    clock.now = NOON + MINUTE;
    await signal("B");
    expect(await turn(90 * SECOND)).toEqual([]);
    const waiting = (await rows()).find(({ status }) => status === "pending");
    expect(waiting && waitReason(waiting, [], clock.now, routes.inForce)).toBe(
      "group of the route route at 2026-01-15T12:05:30.000Z",
    );
    clock.now = NOON + 4 * MINUTE;
    await signal("C");
    expect(await turn(330 * SECOND - 1)).toEqual([]);
    expect(await turn(330 * SECOND)).toEqual(["2 signals"]);
  });

  it("begins anew when nothing of the group was sent for group_interval", async () => {
    const { signal, turn, clock } = await grouped();
    await signal("A");
    await turn(30 * SECOND);
    clock.now = NOON + 6 * MINUTE;
    await signal("B");
    expect(await turn(6 * MINUTE + 29 * SECOND)).toEqual([]);
    expect(await turn(6 * MINUTE + 30 * SECOND)).toHaveLength(1);
  });

  it("does not count as age what waited for group_interval", async () => {
    let status = 200;
    const settings = { url: "https://discord.com/api/webhooks/1/token" };
    const { routes, change, deliver, clock } = await outboxWorld(
      { kind: "discord", settings },
      () => new Response('{"id":"1"}', { status }),
    );
    routes.inForce = routesOf(ROUTES.replace("5m", "24h"));
    const first = await change();
    clock.now = NOON + 30 * SECOND;
    expect(await deliver(first)).toMatchObject({ kind: "done" });
    clock.now = NOON + MINUTE;
    const second = await change(
      {},
      { eventKey: "eth:B:1", tokenCa: "0x2222222222222222222222222222222222222222", symbol: "B" },
    );
    clock.now = NOON + 90 * SECOND;
    expect(await deliver(second)).toMatchObject({ kind: "later", reason: "group" });
    status = 503;
    clock.now = NOON + 24 * 60 * MINUTE + 30 * SECOND;
    expect(await deliver(second)).toMatchObject({ kind: "later", result: "retry" });
  });

  it("is taken over by the routes below, and needs group_interval", () => {
    const below = [
      ROUTES.trimEnd(),
      "  routes:",
      "    - { name: low, match: score < 5, group_wait: 0s }",
      "    - { name: high, match: score >= 5 }",
    ].join("\n");
    const groups = routesOf(below).root.routes.map(({ group }) => group);
    expect(groups).toEqual([
      { by: ["chain"], ms: 5 * MINUTE, waitMs: 0 },
      { by: ["chain"], ms: 5 * MINUTE, waitMs: 30 * SECOND },
    ]);
    expect(() => routesOf('version: "1.0"\nroute: { group_wait: 30s }\n')).toThrow();
  });

  it("is in the preview of where a signal would go", async () => {
    const { store, signal, turn, clock, routes } = await grouped();
    await signal("A");
    await turn(30 * SECOND);
    clock.now = NOON + MINUTE;
    const stored = await store.event("eth:A:1", 1);
    if (stored === undefined) throw new Error("the event is not there");
    const preview = await previewRoutes(
      {
        ...{ signal: stored.signal, event: stored.event, channels: await store.channels() },
        ...{ notify: { minScore: 0, on: ["verified"] }, routes: routes.inForce, now: clock.now },
      },
      store,
    );
    expect(preview.channels).toMatchObject([
      { outcome: "held", at: "2026-01-15T12:05:30.000Z", reason: "others of its group" },
    ]);
  });
});
