import { ask } from "../../client.ts";
import { type Io, UsageError } from "../../command.ts";
import { parseOptions } from "../../options.ts";
import { table } from "../../table.ts";
import { loadFile, oneFile } from "./files.ts";
import { DEFAULT_TESTS, runTests } from "./test.ts";

type Pushed = { sha: string; version: string; rules: number };

/** Checks, tests, and only then sends. The server checks again with its own settings. */
export async function push(args: string[], io: Io): Promise<number> {
  const string = { type: "string" } as const;
  const { values, positionals } = parseOptions(args, { tests: string, force: { type: "boolean" } });
  const file = oneFile(positionals);
  const rules = await loadFile(file, undefined, io);
  if (!rules) return 1;
  const failed = await runTests(rules, values.tests ?? DEFAULT_TESTS, io, "brief");
  if (failed > 0 && !values.force) {
    io.err(
      `Not pushed: ${failed} rule ${failed === 1 ? "test fails" : "tests fail"}. Repair the rules ` +
        `or the tests; --force pushes anyway.`,
    );
    return 1;
  }
  const pushed = await ask<Pushed>(io, "/rules", { method: "PUT", body: { document: rules.text } });
  io.out(
    io.json
      ? JSON.stringify(pushed)
      : `pushed ${pushed.sha.slice(0, 12)} (${pushed.rules} rules): live within 90 s everywhere`,
  );
  return 0;
}

type Version = {
  sha: string;
  author: string;
  created_at: string;
  activated_at: string;
  current: boolean;
};

export async function list(args: string[], io: Io): Promise<number> {
  parseOptions(args, {});
  const { versions } = await ask<{ versions: Version[] }>(io, "/rules/versions");
  const rows = versions.map(({ sha, author, activated_at, current }) => ({
    "": current ? "*" : "",
    sha: sha.slice(0, 12),
    author,
    activated: activated_at,
  }));
  for (const line of io.json ? [JSON.stringify(versions)] : table(rows)) io.out(line);
  return 0;
}

export async function rollback(args: string[], io: Io): Promise<number> {
  const { positionals } = parseOptions(args, {});
  const [sha] = positionals;
  if (sha === undefined || positionals.length > 1)
    throw new UsageError("name one version by its sha; rules list shows them");
  const done = await ask<Pushed>(io, "/rules/rollback", { method: "POST", body: { sha } });
  io.out(io.json ? JSON.stringify(done) : `${done.sha.slice(0, 12)} is live again`);
  return 0;
}
