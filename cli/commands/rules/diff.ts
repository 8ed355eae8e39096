import { existsSync } from "node:fs";
import { VOCABULARY } from "../../../src/enrich/registry.ts";
import { diffRules } from "../../../src/rules/diff.ts";
import { loadRules } from "../../../src/rules/load.ts";
import type { Ruleset } from "../../../src/rules/score.ts";
import { ask, ServerError } from "../../client.ts";
import { type Io, UsageError } from "../../command.ts";
import { parseOptions } from "../../options.ts";
import { loadFile } from "./files.ts";

/** Exit codes are those of diff: 1 when they differ, 2 when one cannot be read. */
export async function diff(args: string[], io: Io): Promise<number> {
  const { positionals } = parseOptions(args, {});
  const [a, b] = positionals;
  if (a === undefined || b === undefined || positionals.length > 2)
    throw new UsageError("name two files or versions");
  const before = await rulesFrom(a, io);
  const after = before && (await rulesFrom(b, io));
  if (!after) return 2;
  const found = diffRules(before, after);
  const same =
    found.added.length + found.removed.length + found.changed.length + found.settings.length === 0;
  if (io.json) io.out(JSON.stringify(found));
  else {
    for (const rule of found.added) io.out(`+ ${rule}`);
    for (const rule of found.removed) io.out(`- ${rule}`);
    for (const change of found.changed)
      io.out(`~ ${change.rule} ${change.field}: ${said(change.before)} -> ${said(change.after)}`);
    for (const change of found.settings)
      io.out(`~ ${change.field}: ${said(change.before)} -> ${said(change.after)}`);
    if (same) io.out("the rules are the same");
  }
  return same ? 0 : 1;
}

const said = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

type Version = { document: string; variables: Record<string, string> };

/** A file when there is one of that name, else a version of the server. */
async function rulesFrom(name: string, io: Io): Promise<Ruleset | undefined> {
  if (existsSync(name) || !/^[0-9a-f]{6,64}$/.test(name)) return loadFile(name, undefined, io);
  const version = await ask<Version>(io, `/rules/versions/${name}`).catch(noVersion(io));
  if (!version) return undefined;
  const { document, variables } = version;
  const loaded = loadRules(document, variables, VOCABULARY);
  if (loaded.kind === "loaded") return loaded.rules;
  io.err(`version ${name} cannot be read any more: ${loaded.problems[0]?.message}`);
  return undefined;
}

const noVersion = (io: Io) => (error: unknown) => {
  if (!(error instanceof ServerError)) throw error;
  io.err(error.message);
  return undefined;
};
