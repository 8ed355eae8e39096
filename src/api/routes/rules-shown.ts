import * as z from "zod";
import type { Ruleset } from "../../rules/score.ts";
import type { YamlProblem } from "../../rules/yaml.ts";
import { problem } from "../problem.ts";
import { RulesSummary, summaryOf } from "./canary.ts";

/** Room for JSON around a file of 64 KB, whose every character may be escaped. */
export const MAX_RULES_BODY = 500_000;

export const WarningShown = z.looseObject({ path: z.string(), message: z.string() });
export const RulesShown = RulesSummary.extend({
  document: z.string(),
  variables: z.record(z.string(), z.string()),
});
/** `mend` is the former name of `suggestion`, sent beside it for one release. */
export const withMend = <T extends { suggestion?: string }>(found: T): T & { mend?: string } => ({
  ...found,
  ...(found.suggestion !== undefined && { mend: found.suggestion }),
});

export const rulesShown = (rules: Ruleset) => ({
  ...summaryOf(rules),
  document: rules.text,
  variables: rules.variables,
});

/** 422 with line and column, and with what to write instead where that is known. */
export function unprocessable(problems: readonly YamlProblem[]): Response {
  const [first] = problems;
  const detail = first
    ? [`Line ${first.line}, column ${first.column}`, first.path, first.message]
        .filter((part) => part !== "")
        .join(": ") + (first.suggestion ? `; ${first.suggestion}.` : ".")
    : "";
  return problem(422, `The rules were refused and nothing was changed. ${detail}`.trim(), {
    errors: problems.map(({ edit: _, ...shown }) => withMend(shown)),
  });
}
