import * as z from "zod";
import { nearestName } from "../kit/nearest-name.ts";
import { FactValue, type FactValues, type FactVocabulary } from "../model/facts.ts";
import { canonicalNames } from "./condition.ts";

const MAX_TEXT = 10_000;
const MAX_ITEMS = 1_000;

/** Facts as JSON holds them: flags may be true or false. */
export const FactsInput = z.record(z.string(), z.union([FactValue, z.boolean()]));

/** Facts as YAML holds them: `.nan` and `.inf` too, which are not known. */
export const YamlFacts = z.record(
  z.string(),
  z.union([FactValue, z.boolean(), z.number().or(z.nan()).or(z.custom<number>(isInfinite))]),
);

function isInfinite(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
}

/** A fact that was left out, or not taken as it stands, and why. */
export type IgnoredFact = { name: string; message: string; suggestion?: string };

/**
 * Facts given by hand, as live ones are: under their canonical names, of the type that the
 * vocabulary says, no longer than the product makes them. What is not finite is unknown.
 */
export function givenFacts(
  given: Readonly<Record<string, FactValue | boolean>>,
  vocabulary: FactVocabulary,
): { facts: FactValues; ignored: IgnoredFact[] } {
  const facts: FactValues = {};
  const ignored: IgnoredFact[] = [];
  for (const [name, value] of Object.entries(given)) {
    const fault = faultOf(name, value, given, vocabulary);
    if (fault) ignored.push({ name, ...fault });
    else facts[canonicalNames(name)] = finite(typeof value === "boolean" ? Number(value) : value);
  }
  return { facts, ignored };
}

const finite = (value: FactValue): FactValue =>
  typeof value === "number" && !Number.isFinite(value) ? null : value;

type Fault = Omit<IgnoredFact, "name">;

function faultOf(
  name: string,
  value: unknown,
  given: Readonly<Record<string, unknown>>,
  vocabulary: FactVocabulary,
): Fault | undefined {
  const canonical = canonicalNames(name);
  const kind = Object.hasOwn(vocabulary, canonical) ? vocabulary[canonical] : undefined;
  if (!kind) {
    const near = nearestName(name, Object.keys(vocabulary));
    return {
      message: `unknown fact ${name}`,
      ...(near && { suggestion: `did you mean ${near}?` }),
    };
  }
  if (canonical !== name && Object.hasOwn(given, canonical))
    return { message: `${name} is another name of ${canonical}, which is given too` };
  if (value === null) return undefined;
  const type = typeOf(value);
  if (type !== kind.type)
    return { message: `${name} is ${SAID[kind.type]}, and this is ${SAID[type]}` };
  if (typeof value === "string" && value.length > MAX_TEXT)
    return { message: `${name} is longer than ${MAX_TEXT} characters` };
  if (!Array.isArray(value)) return undefined;
  return value.length > MAX_ITEMS || value.some((item: string) => item.length > MAX_TEXT)
    ? { message: `${name} has more than ${MAX_ITEMS} items, or one that is too long` }
    : undefined;
}

const SAID = { number: "a number", string: "text", list: "a list" } as const;

function typeOf(value: unknown): keyof typeof SAID {
  if (Array.isArray(value)) return "list";
  return typeof value === "string" ? "string" : "number";
}
