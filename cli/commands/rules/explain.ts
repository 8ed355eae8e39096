import { VOCABULARY } from "../../../src/enrich/registry.ts";
import { snakeCased } from "../../../src/kit/case.ts";
import type { FactValues } from "../../../src/model/facts.ts";
import {
  explainSignal as explainFacts,
  type SignalExplanation,
} from "../../../src/rules/explain.ts";
import { givenFacts, YamlFacts } from "../../../src/rules/given-facts.ts";
import { schemaIssues } from "../../../src/rules/issues.ts";
import { ignoredFacts } from "../../../src/rules/suite/cases.ts";
import { readYaml } from "../../../src/rules/yaml.ts";
import { ask } from "../../client.ts";
import { type Io, UsageError } from "../../command.ts";
import { parseOptions } from "../../options.ts";
import { loadFile, oneFile, readText, report } from "./files.ts";

type Part = { text: string; value: unknown; error?: string };
type Fact = { name: string; value: unknown; provider: string | null; age_seconds: number | null };
type Figures = { score: number; level: string; state: string };
type Wire = {
  rules_version: string;
  verdict: Figures;
  /** Only of a stored signal. */
  stored?: Figures;
  recomputed?: Figures;
  agree?: boolean;
  rules: {
    rule: string;
    outcome: string;
    stage: string;
    score: number;
    /** Null for a key without the scope operations. */
    condition: string | null;
    reason: string;
    why: string | null;
    parts: Part[];
    facts: Fact[];
  }[];
  states: { state: string; condition: string | null; value: unknown; why: string | null }[];
};

export async function explain(args: string[], io: Io): Promise<number> {
  const string = { type: "string" } as const;
  const { values, positionals } = parseOptions(args, { facts: string, rules: string });
  if ((values.facts === undefined) === (positionals.length === 0))
    throw new UsageError("name an event key, or --facts FILE");
  const explained =
    values.facts === undefined
      ? await stored(positionals, io)
      : await given(values.facts, values.rules, io);
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
async function given(
  factsFile: string,
  rulesFile: string | undefined,
  io: Io,
): Promise<Wire | undefined> {
  const rules = await loadFile(oneFile(rulesFile === undefined ? [] : [rulesFile]), undefined, io);
  if (!rules) return undefined;
  const values = factsIn(factsFile, await readText(factsFile, io));
  const explained: SignalExplanation = explainFacts(rules, {
    evaluatedAt: "1970-01-01T00:00:00.000Z",
    values,
    origin: {},
    degraded: [],
    notes: [],
  });
  return snakeCased(explained) as Wire;
}

/** Facts as YAML or JSON. A misspelt one is refused: its rules would look as if it were missing. */
function factsIn(file: string, text: string): FactValues {
  const read = readYaml(text, {});
  if (read.kind === "refused")
    throw new UsageError(report(file, text, read.problems, "error").join("\n"));
  const { source } = read;
  const parsed = YamlFacts.safeParse(source.value);
  const given = parsed.success ? givenFacts(parsed.data, VOCABULARY) : undefined;
  const problems = parsed.success
    ? ignoredFacts(given?.ignored ?? [], [], source)
    : schemaIssues(parsed.error.issues, source, []);
  if (!given || problems.length > 0)
    throw new UsageError(report(file, text, problems, "error").join("\n"));
  return given.facts;
}

const SIGN: Record<string, string> = { matched: "+", unmatched: " ", failed: "!" };

const figures = ({ score, level, state }: Figures): string => `score ${score}, ${level}, ${state}`;

/** Nothing for facts given by hand, which have no stored score. */
function comparison({ stored, recomputed, agree }: Wire): string[] {
  if (stored === undefined || recomputed === undefined) return [];
  if (agree) return ["the stored score is the recomputed one"];
  return [`stored: ${figures(stored)}; recomputed: ${figures(recomputed)}: they differ`];
}

function shown(explained: Wire): string[] {
  const { rules_version, verdict, rules, states } = explained;
  return [
    `${figures(verdict)}; rules ${rules_version.slice(0, 12)}`,
    ...comparison(explained),
    ...rules.flatMap((rule) => [
      `${SIGN[rule.outcome] ?? "?"} ${rule.rule}${rule.stage === "shadow" ? " (shadow)" : ""} ` +
        `${rule.outcome === "matched" ? `${rule.score}: ${rule.reason}` : (rule.why ?? "")}`,
      ...(rule.condition === null ? [] : [`    ${rule.condition}`]),
      ...rule.facts.map(
        (fact) => `      ${fact.name} = ${JSON.stringify(fact.value)}${whence(fact)}`,
      ),
    ]),
    ...states.map(
      ({ state, condition, value, why }) =>
        `${value === true ? "+" : " "} ${state}` +
        `${condition === null ? "" : `: ${condition}`}${why ? ` (${why})` : ""}`,
    ),
  ];
}

const whence = ({ provider, age_seconds }: Fact): string =>
  provider === null ? "" : ` (${provider}${age_seconds === null ? "" : `, ${age_seconds} s old`})`;
