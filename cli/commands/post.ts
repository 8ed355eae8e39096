import { createReadStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseJson } from "../../src/kit/parse-json.ts";
import { refusal, send } from "../client.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { lines } from "../lines.ts";
import { parseOptions, wholeNumber } from "../options.ts";
import { SHOW_USAGE, showPost } from "./post/show.ts";

const USAGE = `stream post FILE [--batch N]

Sends posts (JSON Lines; "-" reads stdin) to a running server with POST /ingest, in batches. When
the server answers 429 or 503, it waits as long as the server asks. A post that the server rejects
is printed with the reason; the others are sent.

  --batch N   posts per request, up to 1000 (default 500)
  --json      print the totals as JSON

Exit 0 when every post was accepted, 1 when some were rejected.

  npm run -s stream -- post samples/posts.jsonl

${SHOW_USAGE}`;

const MAX_BATCH_BYTES = 900_000;
const MAX_WAITS = 60;

type Line = { number: number; text: string; value: unknown };
type Totals = { accepted: number; repeated: number; rejected: number };
type Answer = {
  accepted: number;
  repeated: number;
  rejected: { index: number; errors: { path: string; message: string }[] }[];
};

export const post: Command = {
  name: "post",
  summary: "send posts to a running server, or show what became of one",
  usage: USAGE,
  async run(args, io) {
    if (args[0] === "show") return showPost(args.slice(1), io);
    const { values, positionals } = parseOptions(args, {
      batch: { type: "string", default: "500" },
    });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1)
      throw new UsageError("name one file of posts");
    const size = wholeNumber("batch", values.batch, 1, 1_000);
    const totals: Totals = { accepted: 0, repeated: 0, rejected: 0 };
    let batch: Line[] = [];
    let bytes = 0;
    for await (const line of parsed(read(file, io), totals, io)) {
      const more = Buffer.byteLength(line.text) + 1;
      if (batch.length >= size || bytes + more > MAX_BATCH_BYTES) {
        await deliver(batch, totals, io);
        batch = [];
        bytes = 0;
      }
      batch.push(line);
      bytes += more;
    }
    if (batch.length > 0) await deliver(batch, totals, io);
    const { accepted, repeated, rejected } = totals;
    io.out(
      io.json
        ? JSON.stringify(totals)
        : `${accepted} accepted (${repeated} already known), ${rejected} rejected`,
    );
    return rejected === 0 ? 0 : 1;
  },
};

async function* read(file: string, io: Io): AsyncGenerator<string> {
  if (file === "-") return yield* io.stdin;
  try {
    yield* createReadStream(file, "utf8") as AsyncIterable<string>;
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

async function* parsed(
  chunks: AsyncIterable<string>,
  totals: Totals,
  io: Io,
): AsyncGenerator<Line> {
  let number = 0;
  for await (const text of lines(chunks)) {
    number++;
    if (text.trim() === "") continue;
    const json = parseJson(text);
    if (json.kind === "json") yield { number, text, value: json.value };
    else reject(number, json.message, totals, io);
  }
}

function reject(number: number, why: string, totals: Totals, io: Io): void {
  totals.rejected++;
  io.err(`line ${number}: ${why}`);
}

async function deliver(batch: Line[], totals: Totals, io: Io): Promise<void> {
  const answer = await patiently(
    () => send(io, "/ingest", { method: "POST", body: { posts: batch.map(({ value }) => value) } }),
    io,
  );
  totals.accepted += answer.accepted;
  totals.repeated += answer.repeated;
  for (const { index, errors } of answer.rejected) {
    reject(
      batch[index]?.number ?? index,
      errors.map(({ path, message }) => `${path} ${message}`.trim()).join("; "),
      totals,
      io,
    );
  }
}

/** Sending a batch again is safe: a post that is known counts as repeated. */
async function patiently(attempt: () => Promise<Response>, io: Io): Promise<Answer> {
  for (let waits = 0; ; waits++) {
    const response = await attempt();
    if (response.ok) return (await response.json()) as Answer;
    if ((response.status !== 429 && response.status !== 503) || waits >= MAX_WAITS)
      throw await refusal(response);
    const seconds = Math.min(60, Math.max(1, Number(response.headers.get("Retry-After") ?? 5)));
    io.err(`the server answered ${response.status}; waiting ${seconds} s`);
    await sleep(seconds * 1_000);
  }
}
