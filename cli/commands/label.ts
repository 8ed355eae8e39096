import { eventType } from "../../src/text/event-type/event-type.ts";
import { detectLanguage } from "../../src/text/language/detect.ts";
import { sentimentLabel } from "../../src/text/sentiment/sentiment.ts";
import { SPAM_FROM } from "../../src/text/spam/spam.ts";
import { stance } from "../../src/text/stance/stance.ts";
import { ask } from "../client.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { instant, parseOptions, wholeNumber } from "../options.ts";

const USAGE = `stream label MODEL [options]

Writes one labelled row a line from the posts that a server stored, kept and dropped, as
"npm run train" reads them: {"text": ..., label, "source": ..., "id": ...}. MODEL is spam,
sentiment, stance, types or language. The label is what the product says of the post today: read
the rows, correct the wrong ones, and train. The latest posts come first, each text once.

  --as VALUE      this label on every row: true or false for spam, bullish, listing, en ...
  --outcome O     evidence, dropped, duplicate, dead or pending (default: all)
  --reason R      why they were dropped: spam, language, no_token, blacklist, empty
  --source S      of this source alone
  --since T       accepted since a time, or a span back from now: 30m, 24h, 7d
  --limit N       how many rows (default 200)

The key needs the scope operations.

  npm run -s stream -- label spam --outcome dropped --reason spam --limit 500 > own.jsonl
  npm run -s stream -- label spam --outcome evidence --as false >> own.jsonl
  npm run -s train -- spam --data own.jsonl`;

type Listed = {
  source: string;
  id: string;
  text: string;
  lang: string | null;
  outcome: string | null;
  reason: string | null;
  spam: number | null;
};
type Label = string | boolean;

/** The field that a trainer reads, and what the product makes of a post; undefined: no label. */
type Labeller = {
  field: string;
  of(post: Listed): Label | undefined;
  given(value: string): Label | undefined;
};

const isText = (value: string): Label | undefined => (value.trim() === "" ? undefined : value);
const LABELLERS: Readonly<Record<string, Labeller>> = {
  spam: {
    field: "spam",
    of: ({ spam, reason }) => (spam === null ? undefined : reason === "spam" || spam >= SPAM_FROM),
    given: (value) => (value === "true" || value === "false" ? value === "true" : undefined),
  },
  sentiment: { field: "label", of: ({ text }) => sentimentLabel(text), given: isText },
  stance: {
    field: "stance",
    of: ({ text }) => (stance(text) >= 0 ? "bullish" : "bearish"),
    given: isText,
  },
  types: { field: "type", of: ({ text }) => eventType(text).type, given: isText },
  language: {
    field: "language",
    of: ({ text, lang }) => lang ?? detectLanguage(text),
    given: isText,
  },
};

export const label: Command = {
  name: "label",
  summary: "write labelled rows from stored posts, to train on",
  usage: USAGE,
  async run(args, io) {
    const string = { type: "string" } as const;
    const { values, positionals } = parseOptions(args, {
      as: string,
      outcome: string,
      reason: string,
      source: string,
      since: string,
      limit: { type: "string", default: "200" },
    });
    const [model = "", ...others] = positionals;
    const labeller = Object.hasOwn(LABELLERS, model) ? LABELLERS[model] : undefined;
    if (labeller === undefined || others.length > 0)
      throw new UsageError(`name one model: ${Object.keys(LABELLERS).join(", ")}`);
    const given = values.as === undefined ? undefined : labeller.given(values.as);
    if (values.as !== undefined && given === undefined)
      throw new UsageError(`--as ${values.as} is no label of ${model}`);
    const wanted = wholeNumber("limit", values.limit, 1, 1_000_000);
    const { outcome, reason, source, since } = values;
    const search = new URLSearchParams(
      Object.entries({
        outcome,
        reason,
        source,
        ...(since !== undefined && { since: instant("since", since, Date.now()) }),
      }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    let written = 0;
    for await (const post of distinctPosts(io, search)) {
      const found = given ?? labeller.of(post);
      if (found === undefined) continue;
      const { text, id } = post;
      io.out(JSON.stringify({ text, [labeller.field]: found, source: post.source, id }));
      if (++written === wanted) break;
    }
    if (written === 0) io.err("No stored post fits, so nothing was written.");
    return written === 0 ? 1 : 0;
  },
};

const PAGE = "200";

/** The posts of all pages, each text once. */
async function* distinctPosts(io: Io, search: URLSearchParams): AsyncGenerator<Listed> {
  const seen = new Set<string>();
  search.set("limit", PAGE);
  for (;;) {
    const { posts, next_cursor } = await ask<{ posts: Listed[]; next_cursor: string | null }>(
      io,
      `/posts?${search}`,
    );
    for (const post of posts) {
      if (seen.has(post.text)) continue;
      seen.add(post.text);
      yield post;
    }
    if (next_cursor === null) return;
    search.set("cursor", next_cursor);
  }
}
