import type { ServerAccess } from "./client.ts";

/** What a command may use from outside; tests pass their own. */
export type Io = ServerAccess & {
  fetch: typeof fetch;
  json: boolean;
  out(line: string): void;
  err(line: string): void;
  stdin: AsyncIterable<string>;
  env: Readonly<Record<string, string | undefined>>;
};

/** One command of `npm run -s stream -- COMMAND`. */
export type Command = {
  name: string;
  /** One line, for the list of commands. */
  summary: string;
  /** Whole help text: arguments, options with defaults, an example. */
  usage: string;
  /** Answers the exit code: 0 ok, 1 the check failed. Throw UsageError for wrong usage (exit 2). */
  run(args: string[], io: Io): Promise<number>;
};

export class UsageError extends Error {
  override name = "UsageError";
}
