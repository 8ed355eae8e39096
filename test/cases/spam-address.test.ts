import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { EMPTY_BLACKLIST } from "../../src/filter/blacklist.ts";
import { PostInput } from "../../src/model/raw-post.ts";
import { judge } from "../../src/pipeline.ts";
import { parseAuthors } from "../../src/refine/authors.ts";
import { casesOf } from "./judged.ts";

type SpamCase = { text: string; author?: string; spam: boolean };

const listed = parseAuthors(
  readFileSync(join(import.meta.dirname, "../../rules/authors.yml"), "utf8"),
);
if (listed.kind === "rejected") throw new Error(JSON.stringify(listed.problems));
const authors = listed.value;

function isDroppedAsSpam({ text, author = "somebody" }: SpamCase): boolean {
  const post = PostInput.parse({
    source: "case",
    id: "1",
    author,
    text,
    posted_at: "2026-11-20T09:00:00Z",
  });
  const { judgement } = judge(post, {
    filter: { languages: [], blacklist: EMPTY_BLACKLIST },
    refine: { windowMinutes: 60, authors },
  });
  return judgement.outcome === "dropped" && judgement.reason === "spam";
}

it.each(["spam-address", "more-spam", "spam-prose"].flatMap((name) => casesOf<SpamCase>(name)))(
  "judges $id as it should: $text",
  (each) => {
    expect(isDroppedAsSpam(each)).toBe(each.spam);
  },
);
