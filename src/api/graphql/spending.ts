import { defaultFieldResolver, GraphQLError, type GraphQLFieldResolver } from "graphql";
import { MAX_STATEMENTS } from "./cost.ts";

/** Of one answer, before it is sent. */
const MAX_BYTES = 1_048_576;

export const tooCostlyError = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: "TOO_COSTLY" } });

/**
 * What one request really asks of the database. The price before it runs should bound it; this
 * holds where a price is wrong.
 */
export type StatementBudget = { spend<T>(read: () => Promise<T>): Promise<T> };

export function statementBudget(): StatementBudget {
  let left = MAX_STATEMENTS;
  return {
    async spend(read) {
      if (left-- <= 0)
        throw tooCostlyError(`The query asks the database more than ${MAX_STATEMENTS} times.`);
      return read();
    },
  };
}

/** Counts the bytes of texts and of JSON values as they are resolved. */
export function byteMeter(): {
  resolver: GraphQLFieldResolver<unknown, unknown>;
  refusal(): GraphQLError | undefined;
} {
  const sizes = new WeakMap<object, number>();
  let bytes = 0;
  const refusal = () =>
    bytes > MAX_BYTES
      ? tooCostlyError(
          `The answer is larger than ${MAX_BYTES} bytes. Ask for fewer fields, or give smaller ` +
            `limits.`,
        )
      : undefined;
  const count = (value: unknown): void => {
    if (typeof value === "string") bytes += value.length;
    else if (typeof value === "object" && value !== null) {
      const size = sizes.get(value) ?? JSON.stringify(value).length;
      sizes.set(value, size);
      bytes += size;
    }
  };
  return {
    refusal,
    resolver(source, args, context, info) {
      const spent = refusal();
      if (spent !== undefined) throw spent;
      const value = defaultFieldResolver(source, args, context, info);
      bytes += String(info.path.key).length + 6;
      if (typeof value === "string" || String(info.returnType).startsWith("JSON")) count(value);
      return value;
    },
  };
}
