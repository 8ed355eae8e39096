import * as z from "zod";
import type { Ruleset } from "../../rules/score.ts";
import type { RulesVersion } from "../../store/rules-versions.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";
import { type CanaryPorts, RulesSummary, rulesChange, summaryOf } from "./canary.ts";
import { EXAMPLE_SHA } from "./examples.ts";
import { MAX_RULES_BODY, RulesShown, rulesShown } from "./rules-shown.ts";

export type RulesVersionsPorts = Pick<CanaryPorts, "current" | "publish" | "now"> & {
  /** A version by its sha; undefined when unknown. */
  version(sha: string): Promise<Ruleset | undefined>;
  versions(limit: number): Promise<RulesVersion[]>;
};

const Rollback = z.strictObject({
  sha: z.string().regex(/^[0-9a-f]{6,64}$/, "must be a sha, or its first 6 digits or more"),
});
const Version = z.object({
  sha: z.string(),
  author: z.string(),
  createdAt: z.string(),
  activatedAt: z.string(),
  current: z.boolean(),
});

/** The versions there were, and the way back to one. */
export const rulesVersionsRoutes = (ports: RulesVersionsPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/rules/versions",
    access: "operations",
    tenants: "shared",
    tag: "rules",
    operationId: "listRulesVersions",
    summary: "Versions, the latest activated first.",
    answer: z.object({ versions: z.array(Version) }),
    status: 200,
    async handle() {
      const [versions, current] = await Promise.all([ports.versions(100), ports.current()]);
      return {
        versions: versions.map((version) => ({ ...version, current: version.sha === current.sha })),
      };
    },
  }),
  route({
    method: "GET",
    path: "/rules/versions/:sha",
    access: "operations",
    tenants: "shared",
    tag: "rules",
    operationId: "getRulesVersion",
    summary: "One version.",
    params: z.object({ sha: z.string() }),
    answer: RulesShown,
    status: 200,
    example: { params: { sha: EXAMPLE_SHA } },
    async handle({ params: { sha } }) {
      const found = await byPrefix(sha, ports);
      return found ? rulesShown(found) : unknownVersion(sha);
    },
  }),
  route({
    method: "POST",
    path: "/rules/rollback",
    access: "write",
    tag: "rules",
    operationId: "rollbackRules",
    summary: "Puts an earlier version in force.",
    body: Rollback,
    maxBytes: MAX_RULES_BODY,
    answer: RulesSummary,
    status: 200,
    example: { body: { sha: EXAMPLE_SHA } },
    async handle({ body: { sha }, change }) {
      const found = await byPrefix(sha, ports);
      if (!found) return unknownVersion(sha);
      await ports.publish(found, await rulesChange(found, change, ports));
      return summaryOf(found);
    },
  }),
];

const unknownVersion = (sha: string): Response =>
  problem(
    404,
    `There is no rules version ${JSON.stringify(sha.slice(0, 64))}; ` +
      "GET /rules/versions lists them.",
  );

async function byPrefix(sha: string, ports: RulesVersionsPorts): Promise<Ruleset | undefined> {
  if (sha.length === 64) return ports.version(sha);
  const matching = (await ports.versions(100)).filter((version) => version.sha.startsWith(sha));
  const [only, ...more] = matching;
  return only && more.length === 0 ? ports.version(only.sha) : undefined;
}
