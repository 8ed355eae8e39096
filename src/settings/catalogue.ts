import type * as z from "zod";
import { ENRICHERS } from "../enrich/registry.ts";
import { SOURCES } from "../sources/registry.ts";
import { ChannelShape, CoreShape, DeployShape } from "./settings.ts";

/** A setting as the documentation shows it. */
export type SettingEntry = {
  name: string;
  description: string;
  /** The value that holds while it is unset; null: none. */
  fallback: string | null;
  /** Its group needs it: the Worker does not start, or the plug-in is off, without it. */
  needed: boolean;
};
export type SettingGroup = { title: string; entries: SettingEntry[] };

/** What `npm start` sets itself, and no user. */
export const INTERNAL_SETTINGS: ReadonlySet<string> = new Set([
  "NEON_FETCH_ENDPOINT",
  "ANALYTICS_SINK_URL",
  "EMULATORS_URL",
  "LOCAL",
]);

const shown = (value: unknown): string | null =>
  value === undefined || value === ""
    ? null
    : Array.isArray(value)
      ? value.join(" ") || null
      : String(value);

function entryOf([name, schema]: [string, z.core.$ZodType]): SettingEntry {
  const field = schema as z.ZodType;
  const unset = field.safeParse(undefined);
  return {
    name,
    description: field.description ?? "",
    fallback: shown(unset.data),
    needed: !unset.success,
  };
}

/**
 * Every setting that a user may set, in groups. One that several plug-ins share stands in the group
 * of the first.
 */
export function settingGroups(): SettingGroup[] {
  const groups: { title: string; shape: z.core.$ZodShape }[] = [
    { title: "The Worker", shape: CoreShape },
    { title: "Channels", shape: ChannelShape },
    { title: "Deployment", shape: DeployShape },
    ...SOURCES.map(({ name, settings }) => ({ title: `Source ${name}`, shape: settings.shape })),
    ...ENRICHERS.map(({ name, settings }) => ({
      title: `Enricher ${name}`,
      shape: settings.shape,
    })),
  ];
  const listed = new Set(INTERNAL_SETTINGS);
  return groups.flatMap(({ title, shape }) => {
    const fresh = Object.entries(shape).filter(([name]) => !listed.has(name));
    for (const [name] of fresh) listed.add(name);
    return fresh.length === 0 ? [] : [{ title, entries: fresh.map(entryOf) }];
  });
}
