import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { change, mention, signal } from "../src/store/contract/fixtures.ts";
import { NOW } from "../test/support/api.ts";
import { rulesFile, rulesServer } from "../test/support/rules-server.ts";
import { runCommand } from "../test/support/terminal.ts";
import { ServerError } from "./client.ts";
import { UsageError } from "./command.ts";
import { rules } from "./commands/rules.ts";

const FIRST = rulesFile({ seen: "mentions > 0" });
const SECOND = rulesFile({ seen: "mentions > 1", loud: "mentions > 9" });
const GOOD_TEST = `tests:
  - { name: seen, facts: { mentions: 1 }, expect: { reasons: [seen] } }
  - { name: unseen, facts: { mentions: 0 }, expect: { reasons: [] } }
`;
const BAD_TEST = "tests: [{ name: wrong, facts: { mentions: 1 }, expect: { score: 7 } }]\n";

const folder = mkdtempSync(join(tmpdir(), "rules-cli-"));
let files = 0;
function written(text: string, name = `${++files}.yml`): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Commands that talk to one server, which keeps what they did. */
function terminal(server = rulesServer()) {
  async function ran(args: string[], json = false, input = "") {
    const { code, out, err } = await runCommand(rules, args, server.app, { json, stdin: input });
    return { code, out: out.join("\n"), err: err.join("\n") };
  }
  return { ran, ...server };
}
const tests = written(GOOD_TEST, "good-tests.yml");
const push = (text: string) => ["push", written(text), "--tests", tests, "--force"];

describe("rules check", () => {
  it("says how many rules a good file has", async () => {
    expect(await terminal().ran(["check", written(FIRST)])).toMatchObject({
      code: 0,
      out: expect.stringContaining("1 rules"),
    });
  });

  it("points at each mistake in the line it is in, and --fix applies the safe fixes", async () => {
    const path = written(
      rulesFile({ risky: "goplus_risk == 'red' && mentions > 1", odd: "nobody > 1" }),
    );
    const { ran } = terminal();
    const refused = await ran(["check", path]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`${path}:5:`);
    expect(refused.err).toMatch(/\n +\^ write /);
    const fixed = await ran(["check", path, "--fix"]);
    expect([fixed.code, fixed.out]).toEqual([1, expect.stringMatching(/2 places fixed, 1 left/)]);
    expect(readFileSync(path, "utf8")).toBe(
      rulesFile({ risky: 'goplus_risk == "red" and mentions > 1', odd: "nobody > 1" }),
    );
  });

  it("names the field that is missing, misspelt or of the wrong type", async () => {
    const { err } = await terminal().ran([
      "check",
      written(`version: 1.0\ngroups: [{ name: g, rules: [{ name: r, scor: 2 }] }]\n`),
    ]);
    expect(err).toContain('error: version: must be text: put it in quotes, like "1.0"');
    expect(err).toContain("groups[0].rules[0].score: is missing: it must be a number");
    expect(err).toContain("groups[0].rules[0].reason: is missing\n");
    expect(err).toMatch(/:2:40: error: .*scor is no field here\n.*\n +\^ did you mean score\?/);
  });

  it("fails on warnings with --strict, and only then", async () => {
    const path = written(rulesFile({ odd: "mentions < 0" }));
    const { ran } = terminal();
    expect(await ran(["check", path])).toMatchObject({
      code: 0,
      err: expect.stringContaining("warning"),
    });
    expect((await ran(["check", path, "--strict"])).code).toBe(1);
    expect((await ran(["check", path, "--strict"], true)).code).toBe(1);
    expect((await ran(["check", written(FIRST), "--strict"])).code).toBe(0);
  });

  it("reads - from stdin, and prints the fixed file to stdout", async () => {
    const { ran } = terminal();
    const odd = rulesFile({ risky: "mentions > 1 && copies > 1" });
    expect(await ran(["check", "-"], false, FIRST)).toMatchObject({
      code: 0,
      out: expect.stringContaining("1 rules"),
    });
    const fixed = await ran(["check", "-", "--fix"], false, odd);
    expect([fixed.code, `${fixed.out}\n`]).toEqual([
      0,
      rulesFile({ risky: "mentions > 1 and copies > 1" }),
    ]);
  });

  it("answers a program with the problems and the warnings as JSON", async () => {
    const { ran } = terminal();
    const refused = await ran(["check", "-"], true, rulesFile({ odd: "nobody > 1" }));
    expect([refused.code, JSON.parse(refused.out)]).toEqual([
      1,
      {
        file: "-",
        problems: [
          expect.objectContaining({
            line: 5,
            path: "groups[0].rules[0].condition",
            message: "unknown fact nobody",
          }),
        ],
      },
    ]);
    const warned = await ran(["check", "-"], true, rulesFile({ odd: `goplus_risk == "Green"` }));
    expect([warned.code, JSON.parse(warned.out).warnings]).toEqual([
      0,
      [expect.objectContaining({ suggestion: 'did you mean "green"?' })],
    ]);
  });

  it("refuses a setting that rules may not read", async () => {
    await expect(terminal().ran(["check", written(FIRST), "--set", "HOME=3"])).rejects.toThrow(
      /--set HOME: rules read only/,
    );
  });

  it("leads the owner of a Python file to the import", async () => {
    const { code, err } = await terminal().ran([
      "check",
      written("- { name: a, when: x is null, score: 1 }"),
    ]);
    expect([code, err]).toEqual([1, expect.stringContaining("rules import FILE")]);
  });
});

describe("rules import", () => {
  it("prints a file that check takes", async () => {
    const { ran } = terminal();
    const { code, out } = await ran([
      "import",
      written("- { name: a, when: \"symbol == 'X'\", score: 1 }"),
    ]);
    expect(code).toBe(0);
    expect(await ran(["check", written(out)])).toMatchObject({ code: 0 });
  });

  it("exits 1 and says what is left when that is not enough", async () => {
    const { code, err } = await terminal().ran([
      "import",
      written("- { name: a, when: nobody > 1, score: 1 }"),
    ]);
    expect([code, err]).toEqual([1, expect.stringContaining("unknown fact nobody")]);
  });
});

describe("rules test", () => {
  it("prints results, coverage and mutation score", async () => {
    const { code, out } = await terminal().ran(["test", written(FIRST), "--tests", tests]);
    expect(code).toBe(0);
    expect(out).toMatch(/seen +1 +1\b/);
    expect(out).toContain("2 of 2 rule tests pass");
    expect(out).toMatch(/mutation score of the thresholds: \d+/);
  });

  it("passes the shipped tests of the shipped rules, and notices each changed threshold", async () => {
    const { code, out } = await terminal().ran(["test"]);
    expect(out).toMatch(/mutation score of the thresholds: 100 %/);
    expect(code).toBe(0);
  });

  it("shows expected over got, and exits 1", async () => {
    const { code, out } = await terminal().ran([
      "test",
      written(FIRST),
      "--tests",
      written(BAD_TEST),
    ]);
    expect(code).toBe(1);
    expect(out).toMatch(/FAIL .*:1 wrong\n {2}- score: 7\n {2}\+ score: 1\n {4}\+1 seen: because/);
    expect(out).toContain("not measured while tests fail");
  });

  it("calls a place without tests wrong usage", async () => {
    await expect(
      terminal().ran(["test", written(FIRST), "--tests", join(folder, "none")]),
    ).rejects.toThrow(UsageError);
  });
});

describe("rules explain --facts", () => {
  it("takes another name of a fact for it", async () => {
    const facts = written("last_sentiment_score: 0.9\n");
    const file = written(rulesFile({ glad: "sentiment > 0.5" }));
    const { out } = await terminal().ran(["explain", "--facts", facts, "--rules", file]);
    expect(out).toContain("+ glad 1");
  });

  it.each([
    [
      "a fact that no rule can read",
      "{ mentoins: 3 }",
      /1:3: error: mentoins: unknown fact mentoins\n.*\n +\^ did you mean mentions\?/,
    ],
    ["facts that are no YAML", "[1", /1:3: error: a quote, a bracket/],
    ["facts of the wrong type", "{ mentions: { a: 1 } }", /1:13: error: mentions: /],
    ["text for a number", '{ mentions: "3" }', /1:3: error: mentions: mentions is a number/],
  ])("refuses %s, with the place", async (_, facts, message) => {
    const asked = terminal().ran(["explain", "--facts", written(facts), "--rules", written(FIRST)]);
    await expect(asked).rejects.toThrow(UsageError);
    await expect(asked).rejects.toThrow(message);
  });
});

describe("rules push, list, rollback and diff", () => {
  it("reports a file that cannot be read otherwise than files that differ", async () => {
    const { ran } = terminal();
    expect((await ran(["diff", written(FIRST), written(SECOND)])).code).toBe(1);
    expect((await ran(["diff", written(FIRST), written("nothing")])).code).toBe(2);
    expect(await ran(["diff", written(FIRST), "abcdef1"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("abcdef1"),
    });
  });

  it("keep every version, and go back to one", async () => {
    const { ran, rules: live } = terminal();
    expect(await ran(["push", written(FIRST), "--tests", tests])).toMatchObject({
      code: 0,
      out: expect.stringContaining("pushed"),
    });
    const first = await live.current();
    await ran(push(SECOND));
    const listed = await ran(["list"]);
    expect(listed.out.split("\n")).toHaveLength(4);
    const { code, out } = await ran(["diff", first.sha.slice(0, 8), (await live.current()).sha]);
    expect([code, out]).toEqual([1, "+ loud\n~ seen condition: mentions > 0 -> mentions > 1"]);
    await ran(["rollback", first.sha.slice(0, 12)]);
    expect((await live.current()).sha).toBe(first.sha);
    expect((await ran(["diff", first.sha, written(FIRST)])).code).toBe(0);
  });

  it("push nothing while a test fails, unless forced", async () => {
    const { ran, kv } = terminal();
    const args = ["push", written(FIRST), "--tests", written(BAD_TEST)];
    expect(await ran(args)).toMatchObject({
      code: 1,
      err: expect.stringContaining("1 rule test fails"),
    });
    expect(kv.size).toBe(0);
    expect((await ran([...args, "--force"])).code).toBe(0);
    expect(kv.get("rules:current")).toBeDefined();
  });

  it("push the rules of README.md by the command that stands there", async () => {
    const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
    const [, document = ""] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
    const [, options = ""] = /rules push listing\.yml(.*?) *#/.exec(readme) ?? [];
    const args = ["push", written(document), ...options.split(" ").filter((word) => word !== "")];
    expect(await terminal().ran(args)).toMatchObject({
      code: 0,
      out: expect.stringContaining("pushed"),
    });
  });

  it("push nothing that does not load", async () => {
    const { ran, kv } = terminal();
    expect((await ran(push(rulesFile({ bad: "nobody > 1" })))).code).toBe(1);
    expect(kv.size).toBe(0);
  });

  it("pass on what the server says against a rollback", async () => {
    await expect(terminal().ran(["rollback", "abcdef123456"])).rejects.toThrow(ServerError);
  });
});

describe("rules push --canary", () => {
  it("starts a canary, compares the sides, and promotes it", async () => {
    const { ran, rules } = terminal();
    expect(await ran(["canary"])).toMatchObject({ code: 0, out: "there is no canary" });
    const [, file = "", ...rest] = push(SECOND);
    const started = await ran(["push", file, ...rest, "--canary", "10%"]);
    expect(started).toMatchObject({ code: 0, out: expect.stringContaining("10% of the events") });
    const shown = await ran(["canary"]);
    expect(shown.out).toMatch(
      /scores 10 % of the events since .*\n.*side.*\n.*\ncurrent .*\ncanary /,
    );
    expect((await rules.current()).text).not.toBe(SECOND);
    expect((await ran(["push", "--promote"])).code).toBe(0);
    expect((await rules.current()).text).toBe(SECOND);
    await expect(ran(["promote"])).rejects.toThrow("There is no canary");
  });

  it("ends with --stop", async () => {
    const { ran, rules } = terminal();
    await ran([...push(SECOND), "--canary", "10%"]);
    expect((await ran(["canary", "--stop"])).code).toBe(0);
    expect(await rules.canary()).toBeNull();
  });

  it("takes no other share", async () => {
    await expect(terminal().ran([...push(SECOND), "--canary", "10"])).rejects.toThrow(UsageError);
  });
});

describe("rules backtest and explain", () => {
  async function withSignal() {
    const server = rulesServer();
    const { ran, ...rest } = terminal(server);
    await ran(push(FIRST));
    const { sha } = await server.rules.current();
    const ts = new Date(NOW).toISOString();
    const facts = {
      evaluatedAt: ts,
      values: { mentions: 12 },
      origin: { mentions: { provider: "event", asOf: new Date(NOW - 60_000).toISOString() } },
      degraded: [],
      notes: [],
    };
    const stored = signal({
      score: 1,
      ts,
      rulesVersion: sha,
      facts,
      reasons: [{ rule: "seen", group: "g", score: 1, text: "because" }],
    });
    await server.store.commit(change(0, [mention(1)], { signal: stored }));
    return { ran, key: stored.eventKey, ...rest };
  }

  it("shows what a candidate would change, rule by rule", async () => {
    const { ran } = await withSignal();
    const { code, out } = await ran([
      "backtest",
      written(SECOND),
      "--since",
      "2026-01-01T00:00:00Z",
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^1 signals since .*: 0 appear, 0 vanish, 0 change level, 0 change state, 1 change score/,
    );
    expect(out).toMatch(/loud +0 -> 1 +0 -> 1 +0 +0 +eth:DEMO/);
  });

  it("say why a stored signal has its score, with each fact's provider and age", async () => {
    const { ran, key } = await withSignal();
    const { code, out } = await ran(["explain", key]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^score 1, observe, candidate; rules [0-9a-f]{12}\nthe stored score is the recomputed one\n/,
    );
    expect(out).toMatch(/\n\+ seen 1: because\n {4}mentions > 0\n/);
    expect(out).toContain("mentions = 12 (event, 60 s old)");
  });

  it("explain facts of a file by rules of a file", async () => {
    const facts = written("mentions: 5\n");
    const { out } = await terminal().ran(["explain", "--facts", facts, "--rules", written(SECOND)]);
    expect(out).toMatch(/\+ seen 1: because[\s\S]* {2}loud mentions > 9 is false/);
  });

  it.each([
    [["explain"]],
    [["explain", "a", "b"]],
    [["backtest"]],
    [["diff", "a"]],
    [["rollback"]],
    [["nonsense"]],
  ])("call %j wrong usage", async (args) => {
    await expect(terminal().ran(args)).rejects.toThrow(UsageError);
  });
});

it("rules schema prints the schema that editors read", async () => {
  const { out } = await terminal().ran(["schema"]);
  expect(JSON.parse(out)).toEqual(JSON.parse(readFileSync("rules/schema.json", "utf8")));
});
