import * as z from "zod";
import type { FactVocabulary } from "../model/facts.ts";
import { type LoadResult, loadRules } from "./load.ts";
import type { Ruleset } from "./score.ts";
import type { YamlProblem } from "./yaml.ts";

/**
 * A ruleset as it is kept: the text, and the settings that were in force when it was published, so
 * that its sha holds everywhere and always.
 */
export const RulesBundle = z.object({
  text: z.string(),
  variables: z.record(z.string(), z.string()),
});
export type RulesBundle = z.infer<typeof RulesBundle>;

export const bundleOf = ({ text, variables }: Ruleset): string =>
  JSON.stringify({ text, variables } satisfies RulesBundle);

/**
 * Opens a kept bundle. One whose content is not what its name says is refused: it may have been cut
 * or edited by hand.
 */
export function openBundle(kept: string, sha: string, vocabulary: FactVocabulary): LoadResult {
  const bundle = RulesBundle.safeParse(json(kept));
  if (!bundle.success) return refused("is not a rules bundle");
  const loaded = loadRules(bundle.data.text, bundle.data.variables, vocabulary);
  return loaded.kind === "loaded" && loaded.rules.sha !== sha
    ? refused("does not hold the rules that its name promises")
    : loaded;
}

const refused = (message: string): { kind: "rejected"; problems: YamlProblem[] } => ({
  kind: "rejected",
  problems: [{ line: 1, column: 1, path: "", message }],
});

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
