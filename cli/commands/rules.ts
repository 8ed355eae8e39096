import { type Command, type Io, UsageError } from "../command.ts";
import { backtest } from "./rules/backtest.ts";
import { check } from "./rules/check.ts";
import { convert } from "./rules/convert.ts";
import { diff } from "./rules/diff.ts";
import { explain } from "./rules/explain.ts";
import { list, push, rollback } from "./rules/live.ts";
import { schema } from "./rules/schema.ts";
import { test } from "./rules/test.ts";

const VERBS: Record<string, (args: string[], io: Io) => Promise<number>> = {
  check,
  test,
  push,
  list,
  rollback,
  explain,
  backtest,
  diff,
  import: convert,
  schema,
};

const USAGE = `stream rules check [FILE] [--fix] [--set NAME=VALUE]   is the file good? --fix mends what is sure
stream rules test [FILE] [--tests DIR] [--set NAME=VALUE]  run the rule tests: results, coverage, mutation score
stream rules push [FILE] [--tests DIR] [--force]           check, test, and make it live
stream rules list                                          the versions, the latest first
stream rules rollback SHA                                  make an earlier version live again
stream rules explain EVENT_KEY                             why a stored signal has its score
stream rules explain --facts FILE [--rules FILE]           the same for facts in a JSON or YAML file
stream rules backtest FILE [--since 7d] [--limit N]        what a candidate would change of the stored signals
stream rules diff A B                                      what differs between two files or versions
stream rules import FILE                                   convert a rules file of the Python kind; prints ours
stream rules schema                                        the JSON Schema for editors

FILE is rules/rules.yml unless named, - for stdin; tests are in rules/tests. RULES_*, THETA_* and MARKET_RISK_* are read
from the environment; --set overrides one. docs/rules.md teaches the language.

  npm run -s stream -- rules test
  npm run -s stream -- rules backtest my-rules.yml --since 7d`;

export const rules: Command = {
  name: "rules",
  summary: "check, test, push, explain and backtest the scoring rules",
  usage: USAGE,
  async run([verb, ...args], io) {
    const command = verb !== undefined && Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (!command)
      throw new UsageError(
        verb === undefined
          ? `say one of ${Object.keys(VERBS).join(", ")}`
          : `there is no "rules ${verb}"`,
      );
    return command(args, io);
  },
};
