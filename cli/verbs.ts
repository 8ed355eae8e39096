import { nearestName } from "../src/kit/nearest-name.ts";
import { type Command, UsageError } from "./command.ts";

const meant = (given: string, verbs: object): string | undefined => {
  const near = nearestName(given, Object.keys(verbs));
  return near && `did you mean ${near}?`;
};

/** The run of a command whose first word is a verb; without one it is `usual`, where there is one. */
export function byVerb(
  command: string,
  verbs: Readonly<Record<string, Command["run"]>>,
  usual?: string,
): Command["run"] {
  const known = Object.keys(verbs).join(", ");
  return async (words, io) => {
    // Options without a verb are of the usual one.
    const given = words[0]?.startsWith("-") && usual !== undefined ? [usual, ...words] : words;
    const [verb = usual, ...args] = given;
    const run = verb !== undefined && Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (run !== undefined) return run(args, io);
    throw new UsageError(
      verb === undefined
        ? `${command} needs one of ${known}`
        : `there is no "${command} ${verb}"; ${meant(verb, verbs) ?? `use one of ${known}`}`,
    );
  };
}
