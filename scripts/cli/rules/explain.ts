import { parse } from "yaml";
import * as z from "zod";
import { snakeCased } from "../../../src/kit/snake.ts";
import { FactValue } from "../../../src/model/facts.ts";
import { type Explanation, explain as explainFacts } from "../../../src/rules/explain.ts";
import { ask } from "../client.ts";
import { type Io, UsageError } from "../command.ts";
import { options } from "../options.ts";
import { loadFile, oneFile, readText } from "./files.ts";

const GivenFacts = z.record(z.string(), z.union([FactValue, z.boolean().transform(Number)]));

type Part = { text: string; value: unknown; error?: string };
type Fact = { name: string; value: unknown; provider: string | null; age_seconds: number | null };
type Wire = {
  rules_version: string;
  verdict: { score: number; level: string; state: string };
  rules: {
    rule: string;
    outcome: string;
    stage: string;
    score: number;
    condition: string;
    reason: string;
    why: string;
    parts: Part[];
    facts: Fact[];
  }[];
  states: { state: string; condition: string; value: unknown; why: string }[];
};

export async function explain(args: string[], io: Io): Promise<number> {
  const string = { type: "string" } as const;
  const { values, positionals } = options(args, { facts: string, rules: string });
  if ((values.facts === undefined) === (positionals.length === 0)) throw new UsageError("name an event key, or --facts FILE");
  const explained = values.facts === undefined ? await stored(positionals, io) : given(values.facts, values.rules, io);
  if (!explained) return 1;
  for (const line of io.json ? [JSON.stringify(explained)] : shown(explained)) io.out(line);
  return 0;
}

async function stored(positionals: string[], io: Io): Promise<Wire> {
  const [key, ...more] = positionals;
  if (key === undefined || more.length > 0) throw new UsageError("name one event key");
  return ask<Wire>(io, `/signals/${encodeURIComponent(key)}/explain`);
}

/** Facts given by hand have no provider and no age. */
function given(factsFile: string, rulesFile: string | undefined, io: Io): Wire | undefined {
  const rules = loadFile(oneFile(rulesFile === undefined ? [] : [rulesFile]), undefined, io);
  if (!rules) return undefined;
  const facts = GivenFacts.safeParse(parse(readText(factsFile)));
  if (!facts.success) throw new UsageError(`${factsFile}: ${z.prettifyError(facts.error)}`);
  const explained: Explanation = explainFacts(rules, {
    evaluatedAt: "1970-01-01T00:00:00.000Z",
    values: facts.data,
    origin: {},
    degraded: [],
    notes: [],
  });
  return snakeCased(explained) as Wire;
}

const SIGN: Record<string, string> = { matched: "+", unmatched: " ", failed: "!" };

function shown({ rules_version, verdict, rules, states }: Wire): string[] {
  return [
    `score ${verdict.score}, ${verdict.level}, ${verdict.state}; rules ${rules_version.slice(0, 12)}`,
    ...rules.flatMap((rule) => [
      `${SIGN[rule.outcome] ?? "?"} ${rule.rule}${rule.stage === "shadow" ? " (shadow)" : ""} ${rule.outcome === "matched" ? `${rule.score}: ${rule.reason}` : rule.why}`,
      `    ${rule.condition}`,
      ...rule.facts.map((fact) => `      ${fact.name} = ${JSON.stringify(fact.value)}${whence(fact)}`),
    ]),
    ...states.map(
      ({ state, condition, value, why }) =>
        `${value === true ? "+" : " "} ${state}: ${condition}${why === "" ? "" : ` (${why})`}`,
    ),
  ];
}

const whence = ({ provider, age_seconds }: Fact): string =>
  provider === null ? "" : ` (${provider}${age_seconds === null ? "" : `, ${age_seconds} s old`})`;
