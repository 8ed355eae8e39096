import * as z from "zod";

/** Variables by name, as they come from the environment. */
export type RawVariables = Readonly<Record<string, unknown>>;

/** An empty or blank variable is one that nobody filled in: the default holds everywhere. */
export const filledIn = (variables: RawVariables): RawVariables =>
  Object.fromEntries(
    Object.entries(variables).filter(
      ([, value]) => typeof value !== "string" || value.trim() !== "",
    ),
  );

/** "NAME is not set; OTHER must be ..." for people. */
export const settingsProblem = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("; ");

/** Words separated by spaces or commas. */
export const splitWords = z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean));

/** Words separated by spaces or commas; by default none. */
export const wordList = splitWords.default([]);

/** A whole text; by default "". */
export const optionalText = z.string().default("");

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/;

/** A decimal number between two bounds, never half read: "60m", "0,5" and "0x10" are refused. */
export const numberSetting = (min: number, max = Number.POSITIVE_INFINITY) =>
  z
    .string()
    .regex(NUMBER, { error: "must be a plain number, such as 30 or 0.5", abort: true })
    .transform(Number)
    .pipe(
      z.number().refine((given) => given >= min && given <= max, {
        error:
          max < Number.POSITIVE_INFINITY ? `must be ${min} to ${max}` : `must be ${min} or more`,
      }),
    );

/** A whole number between two bounds. */
export const wholeNumber = (min: number, max?: number) =>
  numberSetting(min, max).refine(Number.isInteger, "must be a whole number");

/** Days after which rows are deleted; 0 keeps them. */
export const days = (usual: number) =>
  wholeNumber(0)
    .refine(
      (given) => given === 0 || given >= 30,
      "must be 0 (for ever) or at least 30, because repeats are found for 14 days",
    )
    .default(usual);

const ON = new Set(["true", "yes", "1", "enabled", "enable"]);
const OFF = new Set(["false", "no", "0", "none", "disabled", "disable"]);
const switchMessage = (given: unknown): string => {
  const word = String(given).trim().toLowerCase();
  const meant = ON.has(word) ? "on" : OFF.has(word) ? "off" : undefined;
  return `must be on or off${meant === undefined ? "" : `; is ${meant} meant?`}`;
};

/** A switch: on or off, in any case. */
export const flag = (usual: "on" | "off") =>
  z
    .string()
    .transform((text) => text.trim().toLowerCase())
    .pipe(z.enum(["on", "off"], { error: ({ input }) => switchMessage(input) }))
    .default(usual);

/** An address with its scheme. */
export const webAddress = z.url({
  protocol: /^https?$/,
  error: ({ input }) =>
    `must be an address that begins with https:// or http://${
      /^[\w-]+(\.[\w-]+)+(:\d+)?(\/\S*)?$/.test(String(input)) ? `; is https://${input} meant?` : ""
    }`,
});
