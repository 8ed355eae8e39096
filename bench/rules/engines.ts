import { Environment } from "@marcbachmann/cel-js";
import { compileExpression } from "filtrex";
import { LogicEngine } from "json-logic-engine";
import { Engine, type EngineResult } from "json-rules-engine";
import { FACTS, type FactValues } from "../../src/model/facts.ts";
import { loadRules } from "../../src/rules/load.ts";
import { type ScoreResult, scoreRules } from "../../src/rules/score.ts";
import type { PlainRule, Test } from "./book.ts";
import { conditionText, filtrexText } from "./text.ts";

export type Scored = { points: number; matched: string[]; verdict?: ScoreResult };
/**
 * Scores one set of facts; compiled for its rules beforehand. `said` brings its answer into one
 * form, outside of what is timed.
 */
export type Engaged = { run: (facts: FactValues) => unknown; said: (answer: never) => Scored };

const asIs = (answer: Scored): Scored => answer;
const inShort = (verdict: ScoreResult): Scored => ({
  points: verdict.score,
  matched: verdict.reasons.map(({ rule }) => rule),
  verdict,
});

/**
 * Adds up what matches, in the order of the rules: the same frame for all that only evaluate
 * conditions.
 */
function summing(rules: PlainRule[], conditions: ((facts: FactValues) => unknown)[]): Engaged {
  const run = (facts: FactValues): Scored => {
    let points = 0;
    const matched: string[] = [];
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i] as PlainRule;
      if (conditions[i]?.(facts) !== true) continue;
      points += rule.score;
      matched.push(rule.name);
    }
    return { points, matched };
  };
  return { run, said: asIs };
}

/** The whole verdict of the product: reasons, level, state, what is missing. */
function ours(rules: PlainRule[]): Engaged {
  const loaded = loadRules(filtrexText(rules), {}, FACTS);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems[0]));
  return { run: (facts) => scoreRules(loaded.rules, facts), said: inShort };
}

const filtrex = (rules: PlainRule[]): Engaged =>
  summing(
    rules,
    rules.map((rule) => compileExpression(conditionText(rule))),
  );

/**
 * What a programmer would write into a source file, and a bundler would leave as it is: points and
 * names alone, or all that our verdict holds.
 */
function handWritten(rules: PlainRule[], whole: boolean): Engaged {
  const said = ({ fact, operator, value }: Test) =>
    `f.${fact} ${operator === "==" ? "===" : operator} ${JSON.stringify(value)}`;
  const lines = rules.map(
    ({ tests, joint, score: points, name }, i) =>
      `if (${tests.map(said).join(joint === "and" ? " && " : " || ")}) { points += ${points}; ` +
      `matched.push(${whole ? `REASONS[${i}]` : `"${name}"`}); }`,
  );
  const body =
    `let points = 0; const matched = []; ${lines.join("\n")} return ` +
    `${whole ? VERDICT : "{ points, matched }"};`;
  const reasons = rules.map(({ name, score: points }) => ({
    rule: name,
    group: "all",
    score: points,
    text: name,
  }));
  const run = new Function("REASONS", `return (f) => { ${body} }`)(reasons);
  return whole ? { run, said: inShort } : { run, said: asIs };
}

function jsonLogic(rules: PlainRule[]): Engaged {
  const engine = new LogicEngine();
  const logic = ({ tests, joint }: PlainRule) => ({
    [joint]: tests.map(({ fact, operator, value }) => ({ [operator]: [{ var: fact }, value] })),
  });
  return summing(
    rules,
    rules.map((rule) => engine.build(logic(rule)) as (facts: FactValues) => unknown),
  );
}

function cel(rules: PlainRule[]): Engaged {
  const environment = new Environment({ unlistedVariablesAreDyn: true });
  const literal = (value: number | string) =>
    typeof value === "number" && Number.isInteger(value) ? `${value}.0` : JSON.stringify(value);
  const text = ({ tests, joint }: PlainRule) =>
    tests
      .map(({ fact, operator, value }) => `${fact} ${operator} ${literal(value)}`)
      .join(joint === "and" ? " && " : " || ");
  return summing(
    rules,
    rules.map((rule) => environment.parse(text(rule)) as (facts: FactValues) => unknown),
  );
}

const NAMES = { ">=": "greaterThanInclusive", "<": "lessThan", "==": "equal" };

function jsonRulesEngine(rules: PlainRule[]): Engaged {
  const engine = new Engine();
  for (const { name, tests, joint, score: points } of rules) {
    const conditions = tests.map(({ fact, operator, value }) => ({
      fact,
      operator: NAMES[operator],
      value,
    }));
    engine.addRule({
      conditions: joint === "and" ? { all: conditions } : { any: conditions },
      event: { type: name, params: { points } },
    });
  }
  return {
    run: (facts) => engine.run(facts),
    said: ({ events }: EngineResult) => ({
      points: events.reduce((sum, event) => sum + Number(event.params?.points), 0),
      matched: events.map((event) => event.type),
    }),
  };
}

/** By the thresholds, states and `notify` that a file without them has. */
const VERDICT = `{
  score: Math.round(points * 100) / 100,
  level: points >= 15 ? "opportunity" : points <= -5 ? "caution" : "observe",
  state: points < -5 ? "downgraded" : points >= 10 ? "verified" : "candidate",
  riskLevel:
    f.goplus_risk === "green" || f.goplus_risk === "yellow" || f.goplus_risk === "red"
      ? f.goplus_risk
      : "unknown",
  reasons: matched, missing: [], errors: [], shadow: [], notify: points < -5 || points >= 10,
}`;

export const ENGINES: Record<string, (rules: PlainRule[]) => Engaged> = {
  ours,
  "filtrex 3.1.0": filtrex,
  "hand-written, same verdict": (rules) => handWritten(rules, true),
  "hand-written, names only": (rules) => handWritten(rules, false),
  "json-logic-engine": jsonLogic,
  "cel-js": cel,
  "json-rules-engine": jsonRulesEngine,
};
