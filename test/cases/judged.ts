import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EMPTY_BLACKLIST } from "../../src/filter/blacklist.ts";
import type { Mention } from "../../src/model/mention.ts";
import { PostInput } from "../../src/model/raw-post.ts";
import { judge } from "../../src/pipeline.ts";
import { parseCoins } from "../../src/refine/coins.ts";

/** A line of a case file: `cause` names the kind, `why` the rule. */
export type Case = { id: string; cause: string; why: string };

/** The cases of test/cases/NAME.jsonl, and of the files NAME-….jsonl beside it that are there. */
export const casesOf = <T>(name: string): (Case & T)[] =>
  [name, `${name}-more`, `${name}-fresh`, `${name}-drawn`]
    .map((file) => join(import.meta.dirname, `${file}.jsonl`))
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").trim().split("\n"))
    .map((line) => JSON.parse(line) as Case & T);

const coins = parseCoins(readFileSync(join(import.meta.dirname, "../../rules/coins.yml"), "utf8"));
if (coins.kind === "rejected") throw new Error(JSON.stringify(coins.problems));
const refine = { windowMinutes: 60, authors: new Map(), coins: coins.value };

/** No score reaches it: the spam filter is off. */
const NEVER_SPAM = 2;

/** What the pipeline reads in a post, as senders write posts, with the spam filter off. */
export function mentionsOf(fields: Record<string, unknown>): Mention[] {
  const post = PostInput.parse({
    source: "case",
    id: "1",
    author: "reader",
    posted_at: "2026-11-20T09:00:00Z",
    ...fields,
  });
  const judged = judge(post, {
    filter: { languages: [], blacklist: EMPTY_BLACKLIST, spamFrom: NEVER_SPAM },
    refine,
  });
  return judged.kind === "keep" ? judged.post.mentions : [];
}
