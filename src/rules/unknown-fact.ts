import { nearestName } from "../kit/nearest-name.ts";
import type { FactVocabulary } from "../model/facts.ts";

/** What to say of a fact given by hand whose name no rule can read; undefined when it is known. */
export function unknownFact(
  name: string,
  vocabulary: FactVocabulary,
): { message: string; suggestion?: string } | undefined {
  if (Object.hasOwn(vocabulary, name)) return undefined;
  const near = nearestName(name, Object.keys(vocabulary));
  return { message: `unknown fact ${name}`, ...(near && { suggestion: `did you mean ${near}?` }) };
}
