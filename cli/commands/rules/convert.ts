import { VOCABULARY } from "../../../src/enrich/registry.ts";
import { convertRules } from "../../../src/rules/convert.ts";
import { loadRules } from "../../../src/rules/load.ts";
import type { Io } from "../../command.ts";
import { parseOptions } from "../../options.ts";
import { oneFile, readText, report, settings } from "./files.ts";

/** The converted file goes to stdout, what needs a human eye to stderr. */
export async function convert(args: string[], io: Io): Promise<number> {
  const { positionals } = parseOptions(args, {});
  const file = oneFile(positionals, null);
  const converted = convertRules(await readText(file, io), VOCABULARY);
  if (converted.kind === "unreadable") {
    io.err(`${file}: ${converted.message}`);
    return 1;
  }
  io.out(converted.text.trimEnd());
  for (const note of converted.notes) io.err(`note: ${note}`);
  const loaded = loadRules(converted.text, settings(), VOCABULARY);
  if (loaded.kind === "loaded") {
    for (const line of report("converted", converted.text, loaded.warnings, "warning"))
      io.err(line);
    return 0;
  }
  for (const line of report("converted", converted.text, loaded.problems, "error")) io.err(line);
  io.err(
    "Converted, but the result is not valid yet: repair the listed problems, then run rules check.",
  );
  return 1;
}
