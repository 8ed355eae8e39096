import { fieldErrors } from "../../src/api/problem.ts";
import { snakeCased } from "../../src/kit/case.ts";
import { parseJson } from "../../src/kit/parse-json.ts";
import type { Clock } from "../../src/kit/time.ts";
import { isAhead, PostInput, type RawPost, TIME_AHEAD } from "../../src/model/raw-post.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { lines } from "../lines.ts";
import { instant, parseOptions } from "../options.ts";
import type { StageRunner, Until } from "./run/stages.ts";

const UNTIL: readonly Until[] = ["filter", "refine", "score"];

const USAGE = `stream run [--until filter|refine|score] [--rules FILE] [--facts FILE] [--now TIME]

Runs the pure stages over posts on stdin (JSON Lines), without a server. Prints one result line for
each post, in order:

  {"id", "source", "outcome", "reason", "post", "signals", "error"}

"outcome" is kept, dropped, duplicate or rejected. "signals" are those of the post's tokens after
this post. A line that is not a post, or is dated more than five minutes ahead, is
rejected; the next lines are still read.

  --until    the last stage to run (default score)
  --rules    the rules file (default rules/rules.yml)
  --facts    a JSON file of facts in place of enrichment: {"dex_liquidity": 90000, ...} for every
             token, or one such object for each token, by address or symbol ("*" for all others)
  --now      the time of scoring (default: the clock)

LANGUAGES, SPAM_FROM, EVENT_WINDOW_MINUTES and the variables of the rules are read from the
environment.

  npm run -s stream -- run --until refine < samples/posts.jsonl`;

export const run: Command = {
  name: "run",
  summary: "the pure stages over posts on stdin, no server",
  usage: USAGE,
  async run(args, io) {
    const string = { type: "string" } as const;
    const { values, positionals } = parseOptions(args, {
      until: string,
      rules: string,
      facts: string,
      now: string,
    });
    if (positionals.length > 0)
      throw new UsageError(`run reads stdin; ${JSON.stringify(positionals[0])} is not an option`);
    const until = UNTIL.find((stage) => stage === (values.until ?? "score"));
    if (until === undefined)
      throw new UsageError(
        `--until must be ${UNTIL.join(", ")}, not ${JSON.stringify(values.until)}`,
      );
    const at =
      values.now === undefined ? undefined : Date.parse(instant("now", values.now, Date.now()));
    const now = () => at ?? Date.now();
    // The text models are loaded for this command alone: the others need not wait for them.
    const { stageRunner: bench } = await import("./run/stages.ts");
    const { rules, facts } = values;
    const stages = bench({ rules, facts, warn: io.err, now, env: process.env });
    // A post may be later than the time of scoring, but never later than both clocks.
    const latest = () => Math.max(now(), Date.now());
    await each(io, until, { stages, latest });
    return 0;
  },
};

type Runner = { stages: StageRunner; latest: Clock };

async function each(io: Io, until: Until, runner: Runner): Promise<void> {
  let number = 0;
  for await (const line of lines(io.stdin)) {
    number++;
    if (line.trim() === "") continue;
    io.out(JSON.stringify(snakeCased(await result(line, number, until, runner))));
  }
}

async function result(
  line: string,
  number: number,
  until: Until,
  { stages, latest }: Runner,
): Promise<object> {
  const read = readPost(line, latest());
  if ("error" in read) return { id: read.id, line: number, outcome: "rejected", error: read.error };
  const { id, source } = read.post;
  try {
    return { id, source, ...(await stages(read.post, until)) };
  } catch (error) {
    return { id, source, outcome: "rejected", error: `a stage failed on this post: ${error}` };
  }
}

function readPost(
  line: string,
  now: number,
): { post: RawPost } | { id: string | null; error: string } {
  const json = parseJson(line);
  if (json.kind === "malformed") return { id: null, error: json.message };
  const parsed = PostInput.safeParse(json.value);
  if (parsed.success && isAhead(parsed.data, now))
    return { id: parsed.data.id, error: `posted_at ${TIME_AHEAD}` };
  if (parsed.success) return { post: parsed.data };
  const given =
    typeof json.value === "object" && json.value !== null && "id" in json.value
      ? json.value.id
      : null;
  const error = fieldErrors(parsed.error).map(({ path, message }) => `${path} ${message}`.trim());
  return {
    id: typeof given === "string" || typeof given === "number" ? String(given) : null,
    error: error.join("; "),
  };
}
