import { describe, expect, it } from "vitest";
import { FACTS } from "../model/facts.ts";
import { loadRoutes } from "./load.ts";

const load = (text: string, variables: Record<string, string> = {}) =>
  loadRoutes(text, variables, FACTS);
const problemsOf = (text: string) => {
  const loaded = load(text);
  return loaded.kind === "rejected"
    ? loaded.problems.map(({ path, message, suggestion }) => ({ path, message, suggestion }))
    : [];
};
const INHIBIT = "  - source_match: score > 5\n    target_match: score < 5\n";
const HEAD = 'version: "1.0"\n';

describe("a routes file", () => {
  it("that holds comments alone means that there is no routing", () => {
    expect(load("# nothing yet\n")).toEqual({ kind: "loaded", routes: null, warnings: [] });
    expect(load("")).toMatchObject({ kind: "loaded", routes: null });
  });

  it("is named by its text and by the settings that it reads", () => {
    const text = `${HEAD}route:\n  routes:\n    - match: score > \${RULES_MIN:5}\n`;
    const sha = (variables: Record<string, string>) => {
      const loaded = load(text, variables);
      return loaded.kind === "loaded" ? loaded.routes?.sha : undefined;
    };
    expect(sha({})).toMatch(/^[0-9a-f]{64}$/);
    expect(sha({ RULES_MIN: "9" })).not.toBe(sha({}));
  });

  it.each([
    [
      "route:\n  routes:\n    - match: scor > 5\n",
      {
        path: "route.routes[0].match",
        message: "unknown fact scor",
        suggestion: "did you mean score?",
      },
    ],
    [
      "route:\n  receiver: ops\n",
      {
        path: "route.receiver",
        message: "receiver is no field here",
        suggestion: "here it is channels",
      },
    ],
    [
      "route:\n  channels: ops\n",
      { path: "route.channels", message: "must be a list of names of channels" },
    ],
    ["route:\n  match: score > 5\n", { path: "route.match" }],
    ["route:\n  group_by: [symbol]\n", { path: "route.group_by" }],
    ["route:\n  group_by: [mood]\n  group_interval: 5m\n", { path: "route.group_by[0]" }],
    ["route:\n  repeat_interval: 1s\n", { message: "must be between 5m and 7d" }],
    [
      "route:\n  repeat_interval: 4 hours\n",
      { message: "must be a time such as 90s, 10m, 4h or 7d" },
    ],
    ["route:\n  mute_times: [nights]\n", { message: "there is no nights under mute_times:" }],
    ['route:\n  template: "{mood}"\n', { message: "names nothing we know: {mood}" }],
    ['route:\n  template: " "\n', { message: "is blank: leave it out" }],
    [
      'route: {}\nmute_times:\n  nights:\n    - { from: "22:00", to: "07:00", zone: Mars/Base }\n',
      { path: "mute_times.nights[0].zone", message: "is no time zone, such as Europe/Berlin" },
    ],
    [
      'route: {}\nmute_times:\n  nights:\n    - { from: "22:00" }\n',
      { message: "needs both from and to, or neither for the whole day" },
    ],
    [
      "route:\n  mute_times: [days, nights]\nmute_times:\n" +
        '  days: [{ from: "07:00", to: "22:00" }]\n  nights: [{ from: "22:00", to: "07:00" }]\n',
      {
        path: "route.mute_times",
        message:
          "cover the whole week, so its messages would wait for ever: " +
          "leave a time, or write channels: [] to notify nobody",
      },
    ],
    [
      "route: { mute_times: [constructor] }\n",
      { path: "route.mute_times[0]", message: "there is no constructor under mute_times:" },
    ],
    [`route: {}\ninhibit:\n${INHIBIT}    equal: []\n`, { path: "inhibit[0].equal" }],
    [
      `route:\n  routes:\n${"    - { name: a, match: score > 5 }\n".repeat(2)}`,
      { message: "the name a is taken by another route" },
    ],
    ["routes: []\n", { path: "routes", message: "routes is no field here" }],
  ])("is refused with the field, the problem and what to write: %s", (text, problem) => {
    expect(problemsOf(HEAD + text)).toContainEqual(expect.objectContaining(problem));
  });

  it("is refused when it is too deep or too large, before anything recurses", () => {
    const nested = (depth: number): string =>
      Array.from({ length: depth }, (_, i) => {
        const indent = " ".repeat(2 + 4 * i);
        return `${indent}routes:\n${indent}  - name: n${i}\n`;
      }).join("");
    expect(load(`${HEAD}route:\n${nested(8)}`).kind).toBe("loaded");
    expect(problemsOf(`${HEAD}route:\n${nested(9)}`)[0]?.message).toMatch(/deeper than 8 levels/);
    const wide = `${HEAD}route:\n  routes:\n${"    - match: score > 5\n".repeat(201)}`;
    expect(problemsOf(wide)).toEqual([
      { path: "", message: "more than 200 routes", suggestion: undefined },
    ]);
    expect(problemsOf("x".repeat(70_000))[0]?.message).toBe("the file is larger than 64 KB");
  });

  it("warns of a route that leaves nothing to those after it", () => {
    const loaded = load(
      `${HEAD}route:\n  routes:\n    - name: all\n    - match: score > 5\n      channels: [a]\n`,
    );
    expect(loaded.kind === "loaded" && loaded.warnings[0]?.message).toMatch(/takes every signal/);
    const contradiction = load(
      `${HEAD}route:\n  routes:\n    - match: state == "verifyed"\n      channels: [a]\n`,
    );
    expect(contradiction.kind === "loaded" && contradiction.warnings).toHaveLength(1);
  });
});
