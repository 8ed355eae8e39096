import { describe, expect, it } from "vitest";
import { channelOf, eventOf, NOON, signalOf } from "../../test/support/outbox.ts";
import { routesOf } from "../../test/support/routes.ts";
import { ChannelFilter } from "../model/channel-config.ts";
import type { Signal } from "../model/signal.ts";
import { planDeliveries } from "./plan.ts";
import { planStream } from "./plan-stream.ts";

const notify = { minScore: 10, on: ["verified", "downgraded"] as const };
const verified = signalOf({ transition: 1 });
const downgraded = signalOf({ transition: 2, state: "downgraded", score: -7 });
const planned = (
  filter: object,
  { before = null as Signal | null, after = verified, event = {}, status = "active" as const } = {},
) =>
  planDeliveries(
    before,
    after,
    eventOf(event),
    [channelOf({ filter: ChannelFilter.parse(filter), status })],
    notify,
    NOON,
  );

describe("plan", () => {
  it("writes one row a channel for a transition, and none without one", () => {
    const channels = [channelOf({ id: 1 }), channelOf({ id: 2 })];
    expect(
      planDeliveries(null, verified, eventOf(), channels, notify, NOON).map(
        ({ channelId }) => channelId,
      ),
    ).toEqual([1, 2]);
    expect(
      planDeliveries(verified, { ...verified, score: 99 }, eventOf(), channels, notify, NOON),
    ).toEqual([]);
  });

  it("gives the same transition the same key, and another channel or transition another", () => {
    const key = (id: number, after: Signal) =>
      planDeliveries(null, after, eventOf(), [channelOf({ id })], notify, NOON)[0]?.idemKey;
    expect(key(1, verified)).toBe(key(1, signalOf({ transition: 1, score: 50 })));
    expect(new Set([key(1, verified), key(2, verified), key(1, downgraded)]).size).toBe(3);
    expect(key(1, verified)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("stamps a row with the tenant of its channel", () => {
    const channels = [channelOf({ id: 1 }), channelOf({ id: 2, tenant: "acme" })];
    const rows = planDeliveries(null, verified, eventOf(), channels, notify, NOON);
    expect(rows.map(({ tenant }) => tenant)).toEqual([undefined, "acme"]);
    const streams = planStream(verified, eventOf(), 1, channels, NOON);
    expect(streams.map(({ tenant }) => tenant)).toEqual([undefined, "acme"]);
  });

  it("routes the operators' channels alone", () => {
    const channels = [channelOf({ id: 1 }), channelOf({ id: 2, tenant: "acme" })];
    const rowsBy = (text: string) =>
      planDeliveries(null, verified, eventOf(), channels, notify, NOON, routesOf(text)).map(
        ({ channelId, payload }) => [channelId, payload.routing?.route],
      );
    const to = (names: string) => `version: "1.0"\nroute: { name: all, channels: [${names}] }\n`;
    expect(rowsBy(to("hook"))).toEqual([
      [1, "all"],
      [2, undefined],
    ]);
    expect(rowsBy(to(""))).toEqual([[2, undefined]]);
  });

  it("routes the channels of another tenant by its own routes, and no others", () => {
    const channels = [
      channelOf({ id: 1, name: "ours" }),
      channelOf({ id: 2, tenant: "acme", name: "desk" }),
      channelOf({ id: 3, tenant: "acme", name: "hall" }),
      channelOf({ id: 4, tenant: "beta", name: "desk" }),
    ];
    const routes = (text: string) => routesOf(`version: "1.0"\nroute: ${text}\n`);
    const acme = routes("{ name: acme's, channels: [desk, ours] }");
    const rowsBy = (own: ReturnType<typeof routes> | null) =>
      planDeliveries(
        null,
        verified,
        eventOf(),
        channels,
        notify,
        NOON,
        own,
        new Map([["acme", acme]]),
      ).map(({ channelId, tenant, payload }) => [channelId, tenant, payload.routing?.route]);
    expect(rowsBy(null)).toEqual([
      [1, undefined, undefined],
      [2, "acme", "acme's"],
      [4, "beta", undefined],
    ]);
    expect(rowsBy(routes("{ name: all, channels: [desk] }"))).toEqual([
      [2, "acme", "acme's"],
      [4, "beta", undefined],
    ]);
  });

  it("tells what was and what is", () => {
    const [row] = planned({}, { before: verified, after: downgraded });
    expect(row?.payload).toMatchObject({
      previousState: "verified",
      state: "downgraded",
      score: -7,
      transition: 2,
      symbol: "DEMO",
    });
  });

  it.each([
    [{}, 1],
    [{ minScore: 12 }, 1],
    [{ minScore: 13 }, 0],
    [{ chains: ["eth"] }, 1],
    [{ chains: ["sol"] }, 0],
    [{ symbols: ["$demo"] }, 1],
    [{ symbols: ["OTHER"] }, 0],
    [{ states: ["downgraded"] }, 0],
    [{ mutedEvents: [eventOf().eventKey] }, 0],
  ])("with the filter %o writes %i rows", (filter, rows) => {
    expect(planned(filter)).toHaveLength(rows);
  });

  it("tells of a downgrade however low the score has fallen", () => {
    expect(planned({ minScore: 50 }, { before: verified, after: downgraded })).toHaveLength(1);
  });

  it("does not tell of states that the rules leave out, unless the channel asks for them", () => {
    const candidate = signalOf({ transition: 3, state: "candidate", score: 11 });
    expect(planned({}, { after: candidate })).toHaveLength(0);
    expect(planned({ states: ["candidate"] }, { after: candidate })).toHaveLength(1);
  });

  it("writes rows for a paused and for a disabled channel, so that nothing vanishes", () => {
    expect(planned({}, { status: "paused" as never })).toHaveLength(1);
    expect(planned({}, { status: "disabled" as never })).toHaveLength(1);
  });

  it("holds rows back for a digest and for the quiet hours", () => {
    const notBefore = (filter: object) => planned(filter)[0]?.notBefore;
    expect(notBefore({})).toBeNull();
    expect(notBefore({ digestMinutes: 45 })).toBe("2026-01-15T12:45:00.000Z");
    expect(notBefore({ quietHours: { from: "11:00", to: "13:30", zone: "UTC" } })).toBe(
      "2026-01-15T13:30:00.000Z",
    );
    expect(
      notBefore({ digestMinutes: 45, quietHours: { from: "12:40", to: "14:00", zone: "UTC" } }),
    ).toBe("2026-01-15T14:00:00.000Z");
  });
});
