import * as z from "zod";
import { RulesDocument } from "../../../src/rules/document.ts";
import { type Io, UsageError } from "../../command.ts";
import { parseOptions } from "../../options.ts";

/** The JSON Schema of rules.yml, made from the schema that the server reads with. */
export const rulesSchema = (): string => {
  const schema = z.toJSONSchema(RulesDocument, { io: "input" });
  const titled = { ...schema, title: "rules.yml of Event Stream Starter" };
  return `${JSON.stringify(withReferences(titled), null, 2)}\n`;
};

/** A number may always be written as `${NAME:default}`. */
function withReferences(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withReferences);
  if (typeof node !== "object" || node === null) return node;
  const inner = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withReferences(value)]),
  );
  if (inner.type !== "number") return inner;
  const { description, default: fallback, ...number } = inner;
  const reference = {
    type: "string",
    pattern: String.raw`^\$\{(RULES|THETA|MARKET_RISK)_[A-Z0-9_]+(:[^}]*)?\}$`,
  };
  return {
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
    anyOf: [number, reference],
  };
}

export async function schema(args: string[], io: Io): Promise<number> {
  if (parseOptions(args, {}).positionals.length > 0)
    throw new UsageError("rules schema takes no argument");
  io.out(rulesSchema().trimEnd());
  return 0;
}
