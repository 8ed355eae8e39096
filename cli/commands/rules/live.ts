import { parseShare } from "../../../src/rules/canary.ts";
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
  const { values, positionals } = parseOptions(args, {
    tests: string,
    canary: string,
    promote: { type: "boolean" },
    force: { type: "boolean" },
  });
  if (values.promote) return promote(positionals, io);
  if (values.canary !== undefined && parseShare(values.canary) === undefined)
    throw new UsageError(`--canary takes a share, such as 10%, not ${values.canary}`);
  const file = oneFile(positionals);
  const rules = await loadFile(file, undefined, io);
  if (!rules) return 1;
  const failed = await runTests(rules, values.tests ?? DEFAULT_TESTS, io, "brief");
  if (failed > 0 && !values.force) {
    io.err(
      `Not pushed: ${failed} rule ${failed === 1 ? "test fails" : "tests fail"}. Repair ` +
        `the rules ` +
        `or the tests; --force pushes anyway.`,
    );
    return 1;
  }
  const path =
    values.canary === undefined ? "/rules" : `/rules?canary=${encodeURIComponent(values.canary)}`;
  const pushed = await ask<Pushed>(io, path, { method: "PUT", body: { document: rules.text } });
  if (values.canary !== undefined) {
    io.out(
      io.json
        ? JSON.stringify(pushed)
        : `${pushed.sha.slice(0, 12)} scores ${values.canary} of the events within 90 s; ` +
            "rules canary compares the two sides, rules promote puts it in force",
    );
    return 0;
  }
  io.out(
    io.json
      ? JSON.stringify(pushed)
      : `pushed ${pushed.sha.slice(0, 12)} (${pushed.rules} rules): live within 90 s everywhere`,
  );
  return 0;
}

/** Puts the canary's rules in force for all events. */
export async function promote(args: string[], io: Io): Promise<number> {
  const { positionals } = parseOptions(args, {});
  if (positionals.length > 0) throw new UsageError("promote takes no file: it is the canary's");
  const done = await ask<Pushed>(io, "/rules/promote", { method: "POST" });
  io.out(io.json ? JSON.stringify(done) : `${done.sha.slice(0, 12)} is in force for all events`);
  return 0;
}

type Side = {
  sha: string;
  signals: number;
  mean_score: number | null;
  levels: Record<string, number>;
  states: Record<string, number>;
  notify: number;
};
type CanaryAnswer = {
  canary: { sha: string; share: number; since: string; author: string } | null;
  sides: { current: Side; canary: Side } | null;
};

/** What the canary and the rules in force made of the events since it began. */
export async function canary(args: string[], io: Io): Promise<number> {
  const { values } = parseOptions(args, { stop: { type: "boolean" } });
  if (values.stop) {
    await ask(io, "/rules/canary", { method: "DELETE" });
    io.out(io.json ? JSON.stringify({ canary: null }) : "the canary has ended");
    return 0;
  }
  const found = await ask<CanaryAnswer>(io, "/rules/canary");
  if (io.json) io.out(JSON.stringify(found));
  else for (const line of canaryLines(found)) io.out(line);
  return 0;
}

function canaryLines({ canary, sides }: CanaryAnswer): string[] {
  if (!canary || !sides) return ["there is no canary"];
  const rows = (["current", "canary"] as const).map((name) => {
    const { sha, signals, mean_score, levels, states, notify } = sides[name];
    return { side: name, sha: sha.slice(0, 12), signals, mean_score, ...levels, ...states, notify };
  });
  return [
    `${canary.sha.slice(0, 12)} scores ${canary.share * 100} % of the events since ${canary.since}`,
    ...table(rows),
  ];
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
