import { VOCABULARY } from "../../../src/enrich/registry.ts";
import { loadRoutes } from "../../../src/routing/load.ts";
import { allRoutes, unknownChannels } from "../../../src/routing/routes.ts";
import { ask, ServerError } from "../../client.ts";
import type { Io } from "../../command.ts";
import { parseOptions } from "../../options.ts";
import { bare, oneFile, readText, refuse, report, settings } from "../rules/files.ts";

export const ROUTES_FILE = "rules/routes.yml";

/** Exit 1 for a file that a server would refuse. */
export async function check(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    strict: { type: "boolean" },
    set: { type: "string", multiple: true },
  });
  const file = oneFile(positionals, ROUTES_FILE);
  const text = await readText(file, io);
  const loaded = loadRoutes(text, settings(values.set), VOCABULARY);
  if (loaded.kind === "rejected") {
    refuse(file, text, loaded.problems, io);
    return 1;
  }
  const { routes, warnings } = loaded;
  const known = routes === null ? null : await channelNames(io);
  const gone = routes !== null && known !== null ? unknownChannels(routes, known) : [];
  const count = routes === null ? 0 : allRoutes(routes.root).length;
  const sha = routes?.sha ?? null;
  if (io.json)
    io.out(
      JSON.stringify({
        ...{ file, sha, routes: count, warnings: warnings.map(bare) },
        channels_checked: known !== null,
        unknown_channels: gone,
      }),
    );
  else {
    for (const line of report(file, text, warnings, "warning")) io.err(line);
    for (const { channel, route } of gone)
      io.err(`${file}: error: the route ${route} names the channel ${channel}, which is not there`);
    if (routes !== null && known === null)
      io.err("the names of channels were not checked: no server answers");
    io.out(`${file}: ${count} routes${sha === null ? "" : `, ${sha.slice(0, 12)}`}`);
  }
  return gone.length > 0 || (values.strict && warnings.length > 0) ? 1 : 0;
}

/** Null where no server can be asked. */
async function channelNames(io: Io): Promise<string[] | null> {
  try {
    const { channels } = await ask<{ channels: { name: string }[] }>(io, "/channels");
    return channels.map(({ name }) => name);
  } catch (error) {
    if (error instanceof ServerError) return null;
    throw error;
  }
}
