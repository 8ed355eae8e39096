import { readFileSync } from "node:fs";
import { VOCABULARY } from "../../../src/enrich/registry.ts";
import { loadRules } from "../../../src/rules/load.ts";
import type { Ruleset } from "../../../src/rules/score.ts";
import { isAllowed } from "../../../src/rules/variables.ts";
import type { YamlProblem } from "../../../src/rules/yaml.ts";
import { type Io, UsageError } from "../../command.ts";

export const DEFAULT_FILE = "rules/rules.yml";

/** The one file that a command is about. */
export function oneFile(positionals: string[], fallback: string | null = DEFAULT_FILE): string {
  const [file = fallback] = positionals;
  if (positionals.length > 1) throw new UsageError("name one file");
  if (file === null) throw new UsageError("name a file");
  return file;
}

/** The text of a file, or of stdin for `-`. */
export async function readText(file: string, io: Pick<Io, "stdin">): Promise<string> {
  if (file === "-") {
    let text = "";
    for await (const chunk of io.stdin) text += chunk;
    return text;
  }
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(
      `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The settings that rules may read: those of the environment, then `--set NAME=VALUE`. */
export function settings(set: readonly string[] = []): Record<string, string> {
  const given = set.map((pair) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(`--set takes NAME=VALUE, not ${JSON.stringify(pair)}`);
    if (!isAllowed(name))
      throw new UsageError(`--set ${name}: rules read only RULES_*, THETA_* and MARKET_RISK_*`);
    return [name, value] as const;
  });
  const environment = Object.entries(process.env).filter(
    (entry): entry is [string, string] => isAllowed(entry[0]) && entry[1] !== undefined,
  );
  return Object.fromEntries([...environment, ...given]);
}

/** Rules from a file, or undefined when it was refused and the problems have been printed. */
export async function loadFile(
  file: string,
  set: readonly string[] | undefined,
  io: Io,
): Promise<Ruleset | undefined> {
  const text = await readText(file, io);
  const loaded = loadRules(text, settings(set), VOCABULARY);
  if (loaded.kind === "rejected") {
    refuse(file, text, loaded.problems, io);
    return undefined;
  }
  for (const line of report(file, text, loaded.warnings, "warning")) io.err(line);
  return loaded.rules;
}

/** Says what is wrong with a file: for people, or as JSON where a program asked. */
export function refuse(file: string, text: string, problems: readonly YamlProblem[], io: Io): void {
  if (io.json) io.out(JSON.stringify({ file, problems: problems.map(bare) }));
  else for (const line of report(file, text, problems, "error")) io.err(line);
}

/** A problem without the edit, which is for --fix alone. */
export const bare = ({ edit: _, ...problem }: YamlProblem): Omit<YamlProblem, "edit"> => problem;

/** Each problem with its place, the line it is in, and what to write instead. */
export function report(
  file: string,
  text: string,
  problems: readonly YamlProblem[],
  severity: "error" | "warning",
): string[] {
  const lines = text.split("\n");
  return problems.flatMap(({ line, column, path, message, suggestion }) => {
    const written = (lines[line - 1] ?? "").replaceAll("\t", " ").slice(0, 160);
    return [
      `${file}:${line}:${column}: ${severity}: ${path === "" ? "" : `${path}: `}${message}`,
      `  ${written}`,
      `  ${" ".repeat(Math.min(column - 1, 160))}^${suggestion ? ` ${suggestion}` : ""}`,
    ];
  });
}
