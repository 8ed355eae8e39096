import type * as z from "zod";

/** The settings of a kind that are secrets. */
export const secretNames = ({ settings }: { settings: z.ZodObject }): string[] =>
  Object.entries(settings.shape)
    .filter(([, schema]) => (schema as z.ZodType).meta()?.secret === true)
    .map(([name]) => name);
