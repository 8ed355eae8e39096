import type { Command } from "../command.ts";
import { byVerb } from "../verbs.ts";
import { backtest } from "./rules/backtest.ts";
import { check } from "./rules/check.ts";
import { convert } from "./rules/convert.ts";
import { diff } from "./rules/diff.ts";
import { explain } from "./rules/explain.ts";
import { canary, list, promote, push, rollback } from "./rules/live.ts";
import { schema } from "./rules/schema.ts";
import { test } from "./rules/test.ts";

const USAGE = `stream rules check [FILE] [--fix] [--strict] [--set NAME=VALUE]
    check the file: each problem with line, column and a suggested fix; --fix applies safe fixes,
    --strict fails on warnings
stream rules test [FILE] [--tests DIR] [--set NAME=VALUE]
    run the rule tests: results, coverage, mutation score
stream rules push [FILE] [--canary 10%] [--tests DIR] [--force]
    check, test, and make the file live; --canary scores only a share of the events by it
stream rules canary [--stop]
    compare what the canary and the rules in force scored; --stop ends it
stream rules promote
    put the canary's rules in force for all events (also: rules push --promote)
stream rules list
    list the versions, the latest first
stream rules rollback SHA
    make an earlier version live again
stream rules explain EVENT_KEY
    explain the score of a stored signal
stream rules explain --facts FILE [--rules FILE]
    explain the score of facts in a JSON or YAML file
stream rules backtest FILE [--since 7d] [--limit N]
    show which stored signals a candidate would change
stream rules diff A B
    compare two files or versions
stream rules import FILE
    convert a Python-style rules file and print the result
stream rules schema
    print the JSON Schema for editors

FILE is rules/rules.yml by default; - reads stdin. Tests are in rules/tests. RULES_*, THETA_* and
MARKET_RISK_* are read from the environment; --set overrides one.
The language: docs/rules.md.

  npm run -s stream -- rules test
  npm run -s stream -- rules backtest my-rules.yml --since 7d`;

export const rules: Command = {
  name: "rules",
  summary: "check, test, push, explain and backtest the scoring rules",
  usage: USAGE,
  run: byVerb("rules", {
    check,
    test,
    push,
    promote,
    canary,
    list,
    rollback,
    explain,
    backtest,
    diff,
    import: convert,
    schema,
  }),
};
