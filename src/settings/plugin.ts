import type * as z from "zod";
import { filledIn, type RawVariables, settingsProblem } from "./define.ts";

/** A plug-in that lacks a setting, has a wrong one, or was left off; `why` is for people. */
export type SwitchedOff = { kind: "off"; why: string };

/** The settings of one plug-in, or why it is off. */
export function readPluginSettings<Schema extends z.ZodType>(
  schema: Schema,
  variables: RawVariables,
): { kind: "on"; settings: z.output<Schema> } | SwitchedOff {
  const read = schema.safeParse(filledIn(variables));
  return read.success
    ? { kind: "on", settings: read.data }
    : { kind: "off", why: settingsProblem(read.error) };
}

/** What each plug-in makes of the variables, by its name. */
export const switchesOf = <State>(
  plugins: readonly { name: string; configure(variables: RawVariables): State }[],
  variables: RawVariables,
): ReadonlyMap<string, State> =>
  new Map(plugins.map(({ name, configure }) => [name, configure(variables)]));
