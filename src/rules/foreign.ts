import { isFields } from "../kit/plain-fields.ts";

/** Fields by which a rules file of the Python kind is known. convert.ts reads them. */
const OF_A_FILE = ["rules", "levels", "missing_map"];
const OF_A_RULE = ["when", "if", "weight", "points", "enabled"];

type Path = (string | number)[];

/** Where a file first shows that it is of the Python kind; undefined when it does not. */
export function foreignField(file: unknown): Path | undefined {
  if (Array.isArray(file)) return [];
  const top = fieldOf(file, OF_A_FILE);
  if (top !== undefined) return [top];
  for (const [g, group] of listAt(file, "groups").entries()) {
    for (const [r, rule] of listAt(group, "rules").entries()) {
      const field = fieldOf(rule, OF_A_RULE);
      if (field !== undefined) return ["groups", g, "rules", r, field];
    }
  }
  return undefined;
}

const fieldOf = (value: unknown, fields: string[]) =>
  isFields(value) ? fields.find((field) => Object.hasOwn(value, field)) : undefined;

function listAt(value: unknown, field: string): unknown[] {
  const list = isFields(value) ? value[field] : undefined;
  return Array.isArray(list) ? list : [];
}
