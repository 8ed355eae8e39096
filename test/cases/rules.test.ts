import { describe, expect, it } from "vitest";
import { rules as rulesCommand } from "../../cli/commands/rules.ts";
import { VOCABULARY } from "../../src/enrich/registry.ts";
import type { FactValues } from "../../src/model/facts.ts";
import { convertRules } from "../../src/rules/convert.ts";
import { loadRules } from "../../src/rules/load.ts";
import { scoreRules } from "../../src/rules/score.ts";
import { runCommand } from "../support/terminal.ts";
import { casesOf } from "./judged.ts";

const NO_SERVER = { fetch: () => Promise.reject(new Error("no server is asked")) };
/** The command over a file from stdin: how it ended. */
const ended = async (args: string[], stdin: string): Promise<number> =>
  (await runCommand(rulesCommand, args, NO_SERVER, { stdin })).code;

type Verdict = "ok" | "warn" | "error";
type CheckCase = {
  yaml?: string;
  condition?: string;
  expect: Verdict | Verdict[];
  names?: string | string[];
};

const fileWith = (condition: string): string =>
  [
    'version: "1.0"',
    "groups:",
    "  - name: g",
    "    rules:",
    "      - name: r",
    `        condition: ${condition}`,
    "        score: 1",
    "        reason: because",
    "",
  ].join("\n");

describe("the check of a rules file", () => {
  it.each(casesOf<CheckCase>("rules-check"))(
    "$id: $why",
    async ({ yaml, condition = "", ...wanted }) => {
      const text = yaml ?? fileWith(condition);
      const loaded = loadRules(text, {}, VOCABULARY);
      const problems = loaded.kind === "rejected" ? loaded.problems : loaded.warnings;
      const verdict =
        loaded.kind === "rejected" ? "error" : problems.length > 0 ? "warn" : ("ok" as const);
      expect([wanted.expect].flat()).toContain(verdict);
      expect(await ended(["check", "-"], text)).toBe(verdict === "error" ? 1 : 0);
      expect(await ended(["check", "-", "--strict"], text)).toBe(verdict === "ok" ? 0 : 1);
      if (wanted.names === undefined) return;
      const said = problems.flatMap(({ path, message, suggestion = "" }) => [
        path,
        message,
        suggestion,
      ]);
      const named = [wanted.names].flat().some((name) => said.some((text) => text.includes(name)));
      expect(named, said.join("; ")).toBe(true);
    },
  );
});

type Scored = { facts: FactValues; score: number };
type ImportCase = {
  yaml: string;
  expect: {
    refused?: true;
    rules?: number;
    scores?: Scored[];
    thresholds?: Record<string, number>;
    missing?: Record<string, string>;
    notes?: string[];
    /** Right instead of the notes. */
    or?: { score: Scored };
    keeps?: string;
  };
};

describe("the import of a rules file of another kind", () => {
  it.each(casesOf<ImportCase>("rules-import"))("$id: $why", async ({ yaml, expect: wanted }) => {
    expect(await ended(["import", "-"], yaml)).toBe(wanted.refused ? 1 : 0);
    const converted = convertRules(yaml, VOCABULARY);
    const text = converted.kind === "converted" ? converted.text : "";
    const loaded = loadRules(text, {}, VOCABULARY);
    const notes = converted.kind === "converted" ? converted.notes.join("\n") : "";
    expect(
      (wanted.notes ?? []).filter((word) => !notes.includes(word)),
      notes,
    ).toEqual([]);
    if (wanted.refused) return void expect(loaded.kind).toBe("rejected");
    if (converted.kind === "unreadable") throw new Error(converted.message);
    if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
    const { rules } = loaded;
    const scores = (wanted.scores ?? []).map(({ facts }) => scoreRules(rules, facts).score);
    expect(scores).toEqual((wanted.scores ?? []).map(({ score }) => score));
    expect(rules.rules).toHaveLength(wanted.rules ?? rules.rules.length);
    expect(rules.document).toMatchObject({
      ...(wanted.thresholds && { scoring: { thresholds: wanted.thresholds } }),
      ...(wanted.missing && { missing: wanted.missing }),
    });
    expect(converted.text).toContain(wanted.keeps ?? "");
    if (wanted.or)
      expect(scoreRules(rules, wanted.or.score.facts).score).toBe(wanted.or.score.score);
  });
});
