import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";

/** One deliberate mistake: `from` stands exactly once in `file`, and becomes `to`. */
export type Mutant = { name: string; file: string; from: string; to: string };

/**
 * The source with the mistake in it. Throws when the code has moved on and the mutant no longer
 * applies.
 */
export function mutated(source: string, { name, file, from, to }: Mutant): string {
  const parts = source.split(from);
  if (parts.length !== 2)
    throw new Error(`mutant "${name}": "${from}" stands ${parts.length - 1} times in ${file}`);
  return parts.join(to);
}

const ROOT = join(import.meta.dirname, "../..");
let current: Mutant | undefined;

/** A file of the project that is no module, with the mistake in it when it is the mutant's. */
export function projectText(file: string): string {
  const text = readFileSync(join(ROOT, file), "utf8");
  return current?.file === file ? mutated(text, current) : text;
}

/**
 * Makes every later import of the mutant's file, in this thread, see the mistake. Nothing on disk
 * changes.
 */
export function applyMutant(mutant: Mutant): void {
  current = mutant;
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith(`/${mutant.file}`)) return loaded;
      return { ...loaded, source: mutated(String(loaded.source), mutant) };
    },
  });
}
