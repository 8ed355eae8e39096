import { type Command, UsageError } from "./command.ts";

/** The run of a command whose first word is a verb; without one it is `usual`, where there is one. */
export function byVerb(
  command: string,
  verbs: Readonly<Record<string, Command["run"]>>,
  usual?: string,
): Command["run"] {
  const known = Object.keys(verbs).join(", ");
  return async ([verb = usual, ...args], io) => {
    const run = verb !== undefined && Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (run !== undefined) return run(args, io);
    throw new UsageError(
      verb === undefined
        ? `${command} needs one of ${known}`
        : `there is no "${command} ${verb}"; use one of ${known}`,
    );
  };
}
