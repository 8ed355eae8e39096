export type PlainFields = Record<string, unknown>;

export const isFields = (value: unknown): value is PlainFields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
