import { describe, expect, it } from "vitest";
import { routesOf } from "../../test/support/routes.ts";
import type { FactValues } from "../model/facts.ts";
import {
  groupOf,
  isSource,
  routedChannels,
  routeValues,
  targetedBy,
  unknownChannels,
} from "./routes.ts";

const TREE = `
version: "1.0"
route:
  channels: [ops]
  group_by: [symbol]
  group_interval: 10m
  routes:
    - name: alarms
      match: state == "downgraded" or goplus_risk == "red"
      channels: [pager, ops]
      continue: true
    - name: solana
      match: chain == "sol"
      channels: [solana]
      repeat_interval: 4h
      routes:
        - name: big
          match: dex_liquidity >= 100000
          group_interval: 1h
        - name: nobody
          match: score < 0
          channels: []
    - name: rest of solana
      match: chain == "sol"
      channels: [never]
inhibit:
  - name: falls silence rises
    source_match: state == "downgraded"
    target_match: state == "verified" or score < 100
    equal: [symbol]
`;
const KNOWN = ["ops", "pager", "solana", "never", "other"];
const routes = routesOf(TREE);
const routed = (values: FactValues, known = KNOWN, tree = routes) =>
  Object.fromEntries(
    routedChannels(tree, routeValues(tree, values), known).map(({ channel, route }) => [
      channel,
      route.name,
    ]),
  );

describe("routes", () => {
  it("give a signal to the first route of a level that matches, and to its children first", () => {
    expect(routed({ chain: "eth", score: 9, state: "verified" })).toEqual({ ops: "route" });
    expect(routed({ chain: "sol", score: 9 })).toEqual({ solana: "solana" });
    expect(routed({ chain: "sol", score: 9, dex_liquidity: 2e5 })).toEqual({ solana: "big" });
    expect(routed({ chain: "sol", score: -1 })).toEqual({});
  });

  it("go on with `continue`, and name each channel once", () => {
    expect(routed({ chain: "sol", score: 9, state: "downgraded" })).toEqual({
      pager: "alarms",
      ops: "alarms",
      solana: "solana",
    });
    expect(routed({ chain: "eth", score: 9, goplus_risk: "red" })).toEqual({
      pager: "alarms",
      ops: "alarms",
    });
  });

  it("take no unknown fact for a match, and say what was asked", () => {
    expect(routeValues(routes, { chain: "eth" }).steps).toEqual([
      { route: "route", matched: true },
      { route: "alarms", matched: false },
      { route: "solana", matched: false },
      { route: "rest of solana", matched: false },
    ]);
  });

  it("take over from the route above what they leave out", () => {
    const [route] = routeValues(routes, { chain: "sol", score: 1, dex_liquidity: 2e5 }).routes;
    expect(route).toMatchObject({
      channels: ["solana"],
      repeatMs: 4 * 3_600_000,
      group: { by: ["symbol"], ms: 3_600_000, waitMs: null },
    });
  });

  it("go to the channels of the root when all of a route's are gone", () => {
    expect(routed({ chain: "sol", score: 9 }, ["ops"])).toEqual({ ops: "solana" });
    expect(unknownChannels(routes, ["ops", "solana"])).toEqual([
      { channel: "pager", route: "alarms" },
      { channel: "never", route: "rest of solana" },
    ]);
    const everyone = routesOf('version: "1"\nroute: {}\n');
    expect(routed({ score: 1 }, ["a", "b"], everyone)).toEqual({ a: "route", b: "route" });
  });

  it("put signals with equal fields into one message, those of a route", () => {
    const [route] = routeValues(routes, { chain: "eth" }).routes;
    if (route === undefined) throw new Error("no route");
    const key = (values: FactValues) => groupOf(route, values);
    expect(key({ symbol: "PEPE", chain: "eth" })).toBe(key({ symbol: "PEPE", chain: "sol" }));
    expect(key({ symbol: "PEPE" })).not.toBe(key({ symbol: "WIF" }));
  });

  it("let a signal be silenced by others only, and only by what both have", () => {
    const names = (values: FactValues) => targetedBy(routes, values).map(({ name }) => name);
    expect(names({ state: "verified", symbol: "PEPE", score: 9 })).toEqual(["falls silence rises"]);
    expect(names({ state: "downgraded", symbol: "PEPE", score: 9 })).toEqual([]);
    expect(names({ state: "verified", symbol: null, score: 9 })).toEqual([]);
    const [rule] = routes.inhibit;
    if (rule === undefined) throw new Error("no rule");
    expect(isSource(routes, rule, { state: "downgraded" })).toBe(true);
    expect(isSource(routes, rule, { state: "verified" })).toBe(false);
  });
});
