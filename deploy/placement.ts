import type { z } from "zod";
import type { DeployShape } from "../src/settings/settings.ts";

/** `[placement]` of wrangler's configuration: where the Worker runs for what no cache answers. */
export type Placement = { region: string } | { host: string } | { mode: "smart" };

const NEON_HOST = /\.([a-z0-9-]+)\.(aws|azure|gcp)\.neon\.tech$/;

/**
 * A request that misses the cache asks the database more than once, so the Worker runs near the
 * database rather than near the reader. A host of Neon names its region; of another database
 * PLACEMENT has to say it.
 */
export function placementOf(
  given: z.infer<(typeof DeployShape)["PLACEMENT"]>,
  databaseUrl: string | undefined,
): Placement | undefined {
  if (given === "off") return undefined;
  if (given === "smart") return { mode: "smart" };
  if (given?.startsWith("host:")) return { host: given.slice("host:".length) };
  if (given !== undefined) return { region: given };
  const host = databaseUrl && URL.canParse(databaseUrl) ? new URL(databaseUrl).hostname : "";
  const [, region, cloud] = NEON_HOST.exec(host) ?? [];
  return cloud === undefined ? undefined : { region: `${cloud}:${region}` };
}

/** The placement in a word or two, for the plan. */
export function placementText(placement: Placement | undefined): string {
  if (placement === undefined)
    return "near whoever asks (PLACEMENT can name the database's region)";
  if ("mode" in placement) return "where the platform finds it fastest";
  return `near ${"region" in placement ? placement.region : placement.host}`;
}
