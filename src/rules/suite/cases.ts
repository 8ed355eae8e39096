import * as z from "zod";
import type { FactValues, FactVocabulary } from "../../model/facts.ts";
import { Level, RiskLevel, SignalState } from "../../model/scalars.ts";
import { givenFacts, type IgnoredFact, YamlFacts } from "../given-facts.ts";
import { schemaIssues } from "../issues.ts";
import { readYaml, type YamlProblem, type YamlSource } from "../yaml.ts";

const keys = z.array(z.string());

/** What a test may ask of a verdict. Only what is written is compared. */
const CaseExpectation = z
  .strictObject({
    score: z.number().optional(),
    level: Level.optional(),
    state: SignalState.optional(),
    risk_level: RiskLevel.optional(),
    reasons: keys.optional().describe("Exactly these rules, in the order people see them"),
    matched: keys.optional().describe("These rules, and maybe others"),
    unmatched: keys.optional().describe("None of these rules"),
    shadow: keys.optional(),
    missing: keys.optional(),
    errors: keys.optional().describe("The rules that fail"),
    notify: z.boolean().optional(),
  })
  .refine((expected) => Object.keys(expected).length > 0, "asks for nothing");
export type CaseExpectation = z.infer<typeof CaseExpectation>;

const Case = z
  .strictObject({
    name: z.string().min(1),
    facts: YamlFacts.optional(),
    posts: z
      .array(z.record(z.string(), z.unknown()))
      .optional()
      .describe("Posts of one event, read as the pipeline reads them"),
    previous: SignalState.optional().describe("The state the signal was in before"),
    expect: CaseExpectation,
  })
  .refine((test) => test.facts !== undefined || test.posts !== undefined, "needs facts or posts");

const FIELDS = Object.keys({ ...Case.shape, ...CaseExpectation.shape });
const CasesFile = z.strictObject({ tests: z.array(Case).min(1, "holds no tests") });

/** One test of the rules, at its line of its file. */
export type RuleCase = {
  file: string;
  line: number;
  name: string;
  facts: FactValues;
  previous?: SignalState;
  expect: CaseExpectation;
};

/**
 * The facts that posts amount to, as the pipeline would have them; a text says why there are none.
 */
export type FactsOfPosts = (posts: Record<string, unknown>[]) => FactValues | string;

export type CasesRead =
  | { kind: "read"; cases: RuleCase[] }
  | { kind: "rejected"; problems: YamlProblem[] };

/**
 * Reads a file of rule tests. Misspelt facts are refused: a test that sets nothing proves nothing.
 */
export function readCases(
  file: string,
  text: string,
  vocabulary: FactVocabulary,
  factsOf: FactsOfPosts,
): CasesRead {
  const read = readYaml(text, {});
  if (read.kind === "refused") return { kind: "rejected", problems: read.problems };
  const { source } = read;
  const parsed = CasesFile.safeParse(source.value);
  if (!parsed.success)
    return { kind: "rejected", problems: schemaIssues(parsed.error.issues, source, FIELDS) };
  const problems: YamlProblem[] = [];
  const cases = parsed.data.tests.map((test, index): RuleCase => {
    const path = ["tests", index];
    const given = givenFacts(test.facts ?? {}, vocabulary);
    problems.push(...ignoredFacts(given.ignored, [...path, "facts"], source));
    const counted = test.posts ? factsOf(test.posts) : {};
    if (typeof counted === "string") problems.push(source.problem([...path, "posts"], counted));
    const facts = { ...(typeof counted === "string" ? {} : counted), ...given.facts };
    const { line } = source.problem(path, "");
    return {
      file,
      line,
      name: test.name,
      facts,
      expect: test.expect,
      ...(test.previous && { previous: test.previous }),
    };
  });
  return problems.length > 0 ? { kind: "rejected", problems } : { kind: "read", cases };
}

export const ignoredFacts = (
  ignored: readonly IgnoredFact[],
  path: readonly PropertyKey[],
  source: YamlSource,
): YamlProblem[] =>
  ignored.map(({ name, message, suggestion }) => ({
    ...source.nameProblem([...path, name], message),
    ...(suggestion !== undefined && { suggestion }),
  }));
