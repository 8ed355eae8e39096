import { Environment } from "@marcbachmann/cel-js";
import { compileExpression } from "filtrex";
import { LogicEngine } from "json-logic-engine";
import { Engine } from "json-rules-engine";
import { FACTS, type FactValues } from "../../../src/model/facts.ts";
import { loadRules } from "../../../src/rules/load.ts";
import { score } from "../../../src/rules/score.ts";
import type { PlainRule, Test } from "./book.ts";
import { conditionText, filtrexText } from "./text.ts";

export type Scored = { points: number; matched: string[] };
/** Scores one set of facts; compiled for its rules beforehand. */
export type Engaged = (facts: FactValues) => Scored | Promise<Scored>;

/** Adds up what matches, in the order of the rules: the same frame for all that only evaluate conditions. */
function summing(rules: PlainRule[], conditions: ((facts: FactValues) => unknown)[]): Engaged {
  return (facts) => {
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
}

/** The whole verdict of the product: reasons, level, state, what is missing. */
function ours(rules: PlainRule[]): Engaged {
  const loaded = loadRules(filtrexText(rules), {}, FACTS);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems[0]));
  return (facts) => {
    const verdict = score(loaded.rules, facts);
    return { points: verdict.score, matched: verdict.reasons.map((reason) => reason.rule) };
  };
}

const filtrex = (rules: PlainRule[]): Engaged =>
  summing(
    rules,
    rules.map((rule) => compileExpression(conditionText(rule))),
  );

/** What a programmer would write into a source file, and a bundler would leave as it is. */
function handWritten(rules: PlainRule[]): Engaged {
  const said = ({ fact, operator, value }: Test) => `f.${fact} ${operator === "==" ? "===" : operator} ${JSON.stringify(value)}`;
  const lines = rules.map(
    ({ tests, joint, score: points, name }) =>
      `if (${tests.map(said).join(joint === "and" ? " && " : " || ")}) { points += ${points}; matched.push("${name}"); }`,
  );
  return new Function("f", `let points = 0; const matched = []; ${lines.join("\n")} return { points, matched };`) as Engaged;
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
    tests.map(({ fact, operator, value }) => `${fact} ${operator} ${literal(value)}`).join(joint === "and" ? " && " : " || ");
  return summing(
    rules,
    rules.map((rule) => environment.parse(text(rule)) as (facts: FactValues) => unknown),
  );
}

const NAMES = { ">=": "greaterThanInclusive", "<": "lessThan", "==": "equal" };

function jsonRulesEngine(rules: PlainRule[]): Engaged {
  const engine = new Engine();
  for (const { name, tests, joint, score: points } of rules) {
    const conditions = tests.map(({ fact, operator, value }) => ({ fact, operator: NAMES[operator], value }));
    engine.addRule({
      conditions: joint === "and" ? { all: conditions } : { any: conditions },
      event: { type: name, params: { points } },
    });
  }
  return async (facts) => {
    const { events } = await engine.run(facts);
    return {
      points: events.reduce((sum, event) => sum + Number(event.params?.points), 0),
      matched: events.map((event) => event.type),
    };
  };
}

export const ENGINES: Record<string, (rules: PlainRule[]) => Engaged> = {
  ours,
  "filtrex 3.1.0": filtrex,
  "hand-written JavaScript": handWritten,
  "json-logic-engine": jsonLogic,
  "cel-js": cel,
  "json-rules-engine": jsonRulesEngine,
};
