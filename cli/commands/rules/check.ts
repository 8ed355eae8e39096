import { writeFileSync } from "node:fs";
import { VOCABULARY } from "../../../src/enrich/registry.ts";
import { fixRulesFile } from "../../../src/rules/fix.ts";
import { loadRules } from "../../../src/rules/load.ts";
import type { Io } from "../../command.ts";
import { parseOptions } from "../../options.ts";
import { bare, oneFile, readText, refuse, report, settings } from "./files.ts";

export async function check(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    fix: { type: "boolean" },
    strict: { type: "boolean" },
    set: { type: "string", multiple: true },
  });
  const file = oneFile(positionals);
  const text = await readText(file, io);
  const variables = settings(values.set);
  if (values.fix) return fix(file, text, variables, io);
  const loaded = loadRules(text, variables, VOCABULARY);
  if (loaded.kind === "rejected") {
    refuse(file, text, loaded.problems, io);
    const { fixes } = fixRulesFile(text, variables, VOCABULARY);
    io.err(`${file} was refused.${fixable(fixes)}`);
    return 1;
  }
  const { rules, warnings } = loaded;
  if (io.json)
    io.out(
      JSON.stringify({
        file,
        sha: rules.sha,
        rules: rules.rules.length,
        warnings: warnings.map(bare),
      }),
    );
  else {
    for (const line of report(file, text, warnings, "warning")) io.err(line);
    io.out(`${file}: ${rules.rules.length} rules, ${rules.sha.slice(0, 12)}`);
  }
  return values.strict && warnings.length > 0 ? 1 : 0;
}

/** What came from stdin goes to stdout, fixed; a file is fixed in its place. */
function fix(file: string, text: string, variables: Record<string, string>, io: Io): number {
  const done = fixRulesFile(text, variables, VOCABULARY);
  const piped = file === "-";
  if (piped) io.out(done.text.replace(/\n$/, ""));
  else if (done.fixes > 0) writeFileSync(file, done.text);
  const say = piped ? io.err : io.out;
  say(`${file}: ${places(done.fixes)} fixed, ${done.left.length} left`);
  for (const line of report(file, done.text, done.left, "error")) io.err(line);
  return done.left.length > 0 ? 1 : 0;
}

const places = (count: number): string => (count === 1 ? "one place" : `${count} places`);

const fixable = (count: number): string => (count === 0 ? "" : ` --fix repairs ${places(count)}.`);
