import * as z from "zod";
import { parseJson } from "../../kit/parse-json.ts";
import { parseShare, RulesCanary } from "../../rules/canary.ts";
import { fieldErrors, problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";
import {
  type CanaryPorts,
  canaryRoutes,
  canaryShown,
  RulesSummary,
  rulesChange,
  summaryOf,
} from "./canary.ts";
import { EXAMPLE_RULES } from "./examples.ts";
import {
  MAX_RULES_BODY,
  RulesShown,
  rulesShown,
  unprocessable,
  WarningShown,
  withMend,
} from "./rules-shown.ts";
import { type RulesTryPorts, rulesTryRoutes } from "./rules-try.ts";
import { type RulesVersionsPorts, rulesVersionsRoutes } from "./rules-versions.ts";

export type RulesPorts = CanaryPorts &
  RulesVersionsPorts &
  RulesTryPorts & {
    /** When the rules in force were loaded, and what was wrong with a version that did not load. */
    status(): { loadedAt: string | null; rejected: string | null };
    /** Hears of each push that was refused. */
    refused(): void;
  };

const Put = z.strictObject({ document: z.string() });

/**
 * Reading and changing the rules. What does not load changes nothing, and is answered with line and
 * column.
 */
export const rulesRoutes = ({ rules: ports }: { rules: RulesPorts }): ApiRoute[] => [
  route({
    method: "GET",
    path: "/rules",
    access: "operations",
    tenants: "shared",
    tag: "rules",
    operationId: "getRules",
    summary: "The rules in force and their sha.",
    answer: RulesShown.extend({
      loadedAt: z.string().nullable(),
      rejected: z.string().nullable(),
      canary: RulesCanary.nullable(),
    }),
    status: 200,
    async handle() {
      const [rules, canary] = await Promise.all([ports.current(), ports.canary()]);
      const { loadedAt, rejected } = ports.status();
      return { ...rulesShown(rules), loadedAt, rejected, canary: canary && canaryShown(canary) };
    },
  }),
  ...rulesVersionsRoutes(ports),
  ...canaryRoutes(ports),
  route({
    method: "PUT",
    path: "/rules",
    access: "write",
    tag: "rules",
    operationId: "putRules",
    summary:
      "Replaces the rules when they load; 422 names line and column. ?dry_run only checks, " +
      "?canary=10% scores a share of the events by them.",
    query: z.object({ dry_run: z.string().optional(), canary: z.string().optional() }),
    bodyType: "text/yaml",
    body: z.string(),
    maxBytes: MAX_RULES_BODY,
    answer: RulesSummary.extend({ warnings: z.array(WarningShown) }),
    status: 200,
    example: { query: { dry_run: "true" }, body: EXAMPLE_RULES },
    async handle({ query, text, change, context }) {
      const document = documentIn(text, context.req.header("Content-Type") ?? "");
      if (document instanceof Response) return document;
      const share = query.canary === undefined ? undefined : parseShare(query.canary);
      if (query.canary !== undefined && share === undefined) return noShare(query.canary);
      const loaded = ports.load(document);
      const isPush = query.dry_run === undefined;
      if (loaded.kind === "rejected") {
        if (isPush) ports.refused();
        return unprocessable(loaded.problems);
      }
      if (share !== undefined && loaded.rules.sha === (await ports.current()).sha)
        return problem(409, "These rules are in force for all events already.");
      if (isPush) {
        const entry = await rulesChange(loaded.rules, change, ports, {
          ...(share !== undefined && { canary: share }),
        });
        await (share === undefined
          ? ports.publish(loaded.rules, entry)
          : ports.startCanary(loaded.rules, share, entry));
      }
      return { ...summaryOf(loaded.rules), warnings: loaded.warnings.map(withMend) };
    },
  }),
  ...rulesTryRoutes(ports),
];

const noShare = (given: string): Response =>
  problem(422, `${JSON.stringify(given.slice(0, 20))} is no share: write 10% or 0.1.`, {
    errors: [{ path: "canary", message: "must be above 0% and below 100%" }],
  });

/** The file itself (text/yaml, text/plain), or JSON that holds it. */
function documentIn(text: string, type: string): string | Response {
  if (!/^application\/json/i.test(type)) return text;
  const parsed = parseJson(text);
  if (parsed.kind === "malformed") return problem(400, `The body is ${parsed.message}.`);
  const input = Put.safeParse(parsed.value);
  return input.success
    ? input.data.document
    : problem(422, "The request cannot be read like this.", { errors: fieldErrors(input.error) });
}
