import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";

/**
 * One deliberate mistake: `from` stands exactly once in `file`, and becomes `to`. White space and
 * trailing commas do not count, so that a mutant outlives the formatter.
 */
export type Mutant = { name: string; file: string; from: string; to: string };

/** One way to break one place: the text from `start` to `end` of a file becomes `to`. */
export type Slip = { operator: string; start: number; end: number; to: string };
/** A slip in a file; `from` is the text of the place. */
export type GeneratedMutant = Slip & { file: string; from: string };

const escaped = (token: string): string => token.replace(/[^\w\s]/, "\\$&");
const isWord = (token: string | undefined): boolean => /^\w/.test(token ?? "");

/** Finds the words and signs of `from`, however they are spaced and wrapped. */
export function codePattern(from: string): RegExp {
  const tokens = from.match(/\w+|[^\w\s]/g) ?? [];
  const gap = (token: string, before: string | undefined): string => {
    if (before === undefined) return "";
    if (isWord(before) && isWord(token)) return "\\s+";
    return /[)\]}]/.test(token) ? "\\s*,?\\s*" : "\\s*";
  };
  return new RegExp(
    tokens.map((token, at) => gap(token, tokens[at - 1]) + escaped(token)).join(""),
    "g",
  );
}

function slipped(source: string, { file, from, start, end, to }: GeneratedMutant): string {
  if (source.slice(start, end) !== from) throw new Error(`${file} was changed since it was read`);
  return source.slice(0, start) + to + source.slice(end);
}

/**
 * The source with the mistake in it. Throws when the code has moved on and the mutant no longer
 * applies.
 */
export function mutated(source: string, mutant: Mutant | GeneratedMutant): string {
  if ("start" in mutant) return slipped(source, mutant);
  const { name, file, from, to } = mutant;
  const pattern = codePattern(from);
  const count = source.match(pattern)?.length ?? 0;
  if (count !== 1) throw new Error(`mutant "${name}": "${from}" stands ${count} times in ${file}`);
  return source.replace(pattern, () => to);
}

const ROOT = join(import.meta.dirname, "../..");
let current: Mutant | GeneratedMutant | undefined;

/** A file of the project that is no module, with the mistake in it when it is the mutant's. */
export function projectText(file: string): string {
  const text = readFileSync(join(ROOT, file), "utf8");
  return current?.file === file ? mutated(text, current) : text;
}

/**
 * Makes every later import of the mutant's file, in this thread, see the mistake. Nothing on disk
 * changes.
 */
export function applyMutant(mutant: Mutant | GeneratedMutant): void {
  current = mutant;
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith(`/${mutant.file}`)) return loaded;
      return { ...loaded, source: mutated(String(loaded.source), mutant) };
    },
  });
}
