import { ask } from "../../client.ts";
import { type Io, UsageError } from "../../command.ts";
import { parseOptions } from "../../options.ts";
import { table } from "../../table.ts";
import { oneFile, readText } from "../rules/files.ts";
import { ROUTES_FILE } from "./check.ts";

type Pushed = {
  sha: string | null;
  routes: number;
  warnings: { line?: number; path: string; message: string }[];
};

/** The server checks with its own settings and channels: what it refuses changes nothing. */
export async function push(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, { empty: { type: "boolean" } });
  const text = await readText(oneFile(positionals, ROUTES_FILE), io);
  const pushed = await ask<Pushed>(io, values.empty ? "/routes?empty=yes" : "/routes", {
    method: "PUT",
    contentType: "text/yaml",
    body: text,
  });
  for (const { path, message } of pushed.warnings) io.err(`warning: ${path}: ${message}`);
  io.out(io.json ? JSON.stringify(pushed) : said(pushed));
  return 0;
}

const said = ({ sha, routes }: Pick<Pushed, "sha" | "routes">): string =>
  sha === null
    ? "there is no routing any more: each channel gets what its own filter takes"
    : `${sha.slice(0, 12)} (${routes} routes) is live within 90 s everywhere`;

export async function list(args: string[], io: Io): Promise<number> {
  parseOptions(args, {});
  type Version = { sha: string; author: string; at: string };
  const { versions } = await ask<{ versions: Version[] }>(io, "/routes/versions");
  const rows = versions.map((each) => ({ ...each, sha: each.sha.slice(0, 12) }));
  for (const line of io.json ? [JSON.stringify(versions)] : table(rows)) io.out(line);
  return 0;
}

type InForce = Omit<Pushed, "warnings"> & {
  document: string;
  rejected: string | null;
  unknown_channels: { channel: string; route: string }[];
};

export async function show(args: string[], io: Io): Promise<number> {
  parseOptions(args, {});
  const found = await ask<InForce>(io, "/routes");
  if (io.json) io.out(JSON.stringify(found));
  else io.out(found.sha === null ? "there are no routes" : found.document.trimEnd());
  if (found.rejected !== null) io.err(`what was sent last cannot be read: ${found.rejected}`);
  for (const { channel, route } of found.unknown_channels)
    io.err(`the route ${route} names the channel ${channel}, which is not there`);
  return 0;
}

export async function rollback(args: string[], io: Io): Promise<number> {
  const { positionals } = parseOptions(args, {});
  const [sha] = positionals;
  if (sha === undefined || positionals.length > 1)
    throw new UsageError("name one version by its sha; routes list shows them");
  const done = await ask<Pushed>(io, "/routes/rollback", { method: "POST", body: { sha } });
  io.out(io.json ? JSON.stringify(done) : said(done));
  return 0;
}
