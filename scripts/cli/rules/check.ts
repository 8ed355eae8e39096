import { writeFileSync } from "node:fs";
import { VOCABULARY } from "../../../src/enrich/index.ts";
import { mendFile } from "../../../src/rules/mend.ts";
import type { Io } from "../command.ts";
import { options } from "../options.ts";
import { loadFile, oneFile, readText, report, settings } from "./files.ts";

export async function check(args: string[], io: Io): Promise<number> {
  const { values, positionals } = options(args, { fix: { type: "boolean" }, set: { type: "string", multiple: true } });
  const file = oneFile(positionals);
  if (values.fix) return fix(file, settings(values.set), io);
  const rules = loadFile(file, values.set, io);
  if (!rules) {
    const { mends } = mendFile(readText(file), settings(values.set), VOCABULARY);
    io.err(`${file} was refused.${mends > 0 ? ` --fix mends ${mends === 1 ? "one place" : `${mends} places`}.` : ""}`);
    return 1;
  }
  if (io.json) io.out(JSON.stringify({ file, sha: rules.sha, rules: rules.rules.length }));
  else io.out(`${file}: ${rules.rules.length} rules, ${rules.sha.slice(0, 12)}`);
  return 0;
}

async function fix(file: string, variables: Record<string, string>, io: Io): Promise<number> {
  const text = readText(file);
  const done = mendFile(text, variables, VOCABULARY);
  if (done.mends > 0) writeFileSync(file, done.text);
  io.out(`${file}: ${done.mends} ${done.mends === 1 ? "place" : "places"} mended, ${done.left.length} left`);
  for (const line of report(file, done.text, done.left, "error")) io.err(line);
  return done.left.length > 0 ? 1 : 0;
}
