import { describe, expect, it } from "vitest";
import { channelOf, NOON, outboxWorld } from "../../test/support/outbox.ts";
import { ChannelFilter } from "../model/channel-config.ts";

const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response("no", { status: code, headers });
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

  it("ends a row whose channel was removed before the claim, and buries nothing", async () => {
    const world = await outboxWorld();
    const id = await world.change();
    world.ports.channels = async () => [];
    expect(await world.deliver(id)).toMatchObject({ kind: "done", result: "skipped" });
    expect(await world.rows()).toMatchObject([
      { status: "done", attempts: [{ result: "skipped" }] },
    ]);
    expect(world.seen).toEqual([]);
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
