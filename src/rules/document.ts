import * as z from "zod";

export const MAX_FILE_BYTES = 65_536;
export const MAX_RULES = 300;
export const MAX_EXPRESSION = 2_048;
/** Of all conditions together: reading them is most of what loading a large file costs. */
export const MAX_EXPRESSIONS = 24_000;

const named = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(100, "is longer than 100 characters")
  .describe("A short name, used in reasons, tests and metrics");
const expression = z
  .string({ error: "must be a condition, such as mentions > 0; one that always holds is 1 == 1" })
  .trim()
  .min(1, "must not be empty")
  .max(MAX_EXPRESSION, `is longer than ${MAX_EXPRESSION} characters`);
const amount = (what: string) =>
  z
    .number({ error: "must be a number, and without quotes" })
    .min(-1_000_000)
    .max(1_000_000)
    .describe(what);

export const RuleEntry = z.strictObject({
  id: z
    .string({ error: "must be text: put it in quotes" })
    .regex(/^[A-Za-z0-9_.-]{1,50}$/, "must be up to 50 letters, digits, _ . or -")
    .optional()
    .describe("Optional and unique; what reasons and metrics call the rule"),
  name: named,
  condition: expression.describe(
    "When the rule matches: an expression over the facts, such as dex_liquidity >= 50000",
  ),
  score: amount("The weight a match adds; negative takes away"),
  per: expression.optional().describe("A number expression that multiplies the weight"),
  reason: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .describe("What a notification says when the rule matches"),
  stage: z
    .enum(["live", "shadow"])
    .default("live")
    .describe("shadow: counted and explained, adds nothing"),
});
export type RuleEntry = z.infer<typeof RuleEntry>;

export const RuleGroup = z.strictObject({
  name: named,
  priority: amount("Orders the reasons: higher comes first").default(0),
  rules: z.array(RuleEntry, { error: "must be a list of rules" }),
});
export type RuleGroup = z.infer<typeof RuleGroup>;

/** rules/rules.yml. Its JSON Schema, for editors, is made from this (`stream rules schema`). */
export const RulesDocument = z.strictObject(
  {
    version: z.string({ error: 'must be text: put it in quotes, like "1.0"' }).max(50),
    groups: z.array(RuleGroup, { error: "must be a list of groups" }),
    scoring: z
      .strictObject({
        thresholds: z
          .strictObject({
            opportunity: amount("Scores from here up are opportunities"),
            caution: amount("Scores from here down call for caution"),
          })
          .refine((t) => t.caution < t.opportunity, "caution must be lower than opportunity"),
      })
      .prefault({ thresholds: { opportunity: 15, caution: -5 } }),
    states: z
      .strictObject({
        verified: expression.describe("When a signal is verified; may also use score and level"),
        downgraded: expression.describe("When a signal is downgraded; wins over verified"),
      })
      .prefault({ verified: "score >= 10", downgraded: "score < -5" }),
    notify: z
      .strictObject({
        min_score: amount("Signals below stay silent"),
        on: z
          .array(z.enum(["candidate", "verified", "downgraded"]))
          .describe("The states that are notified"),
      })
      .prefault({ min_score: 10, on: ["verified", "downgraded"] }),
    missing: z
      .record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.string().max(300))
      .default({})
      .describe("What to say when a provider or a fact has no answer"),
  },
  {
    error: ({ code }) =>
      code === "invalid_type"
        ? "this is no rules file: it begins with version: and groups:"
        : undefined,
  },
);
export type RulesDocument = z.infer<typeof RulesDocument>;

/** The fields that a file, a group and a rule have. */
export const FIELDS = Object.keys({
  ...RulesDocument.shape,
  ...RuleGroup.shape,
  ...RuleEntry.shape,
});
