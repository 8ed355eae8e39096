import { setTimeout as sleep } from "node:timers/promises";
import type { EventSourceMessage } from "eventsource-parser";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { refusal, ServerError, send } from "../client.ts";
import type { Command, Io } from "../command.ts";
import { parseOptions, wholeNumber } from "../options.ts";
import { plain } from "../table.ts";

const USAGE = `stream tail [--min-score N] [--chain CHAIN] [--symbol SYMBOL]
            [--token TOKEN] [--state STATE] [--type TYPE] [--level LEVEL]
            [--event EVENT] [--where CONDITION] [--after ID] [--count N]

Prints the live stream, one line for each message, until Ctrl-C. After a lost connection it
continues where it stopped.

  --event E    signal, delivery or posts, or the key of an event
  --where C    a condition in the language of the rules, e.g. 'score >= 10 and type == "hack"'
  --after ID   start after this message instead of now
  --count N    end after N messages
  --json       one JSON object a line

  npm run -s stream -- tail --min-score 10`;

const FILTERS = [
  ...(["min-score", "chain", "symbol", "token"] as const),
  ...(["state", "type", "level", "event", "where"] as const),
];

type Message = { id: number | null; event: string; data: Record<string, unknown> };

export const tail: Command = {
  name: "tail",
  summary: "follow the live stream",
  usage: USAGE,
  async run(args, io) {
    const string = { type: "string" } as const;
    const { values } = parseOptions(args, {
      "min-score": string,
      chain: string,
      symbol: string,
      token: string,
      state: string,
      type: string,
      level: string,
      event: string,
      where: string,
      after: string,
      count: string,
    });
    const left =
      values.count === undefined
        ? Number.POSITIVE_INFINITY
        : wholeNumber("count", values.count, 1, 1_000_000_000);
    const search = new URLSearchParams();
    for (const name of FILTERS) {
      if (values[name] !== undefined) search.set(name.replace("-", "_"), values[name]);
    }
    let seen = 0;
    for await (const message of follow(io, search, values.after ?? null)) {
      io.out(io.json ? JSON.stringify(message) : line(message));
      if (++seen >= left) break;
    }
    return 0;
  },
};

/** Never ends by itself. Throws when the first connection fails; later ones are tried again. */
async function* follow(
  io: Io,
  search: URLSearchParams,
  after: string | null,
): AsyncGenerator<Message> {
  let last = after;
  for (let first = true; ; first = false) {
    try {
      for await (const event of connect(io, search, last)) {
        last = event.id ?? last;
        if (event.event === "hello") continue;
        yield {
          id: event.id === undefined ? null : Number(event.id),
          event: event.event ?? "message",
          data: JSON.parse(event.data),
        };
      }
      io.err("the stream ended; connecting again");
    } catch (error) {
      if (first || !(error instanceof Error)) throw error;
      io.err(`the stream broke (${error.message}); connecting again`);
    }
    await sleep(1_000);
  }
}

async function* connect(
  io: Io,
  search: URLSearchParams,
  after: string | null,
): AsyncGenerator<EventSourceMessage> {
  const headers = {
    Accept: "text/event-stream",
    ...(after !== null && { "Last-Event-ID": after }),
  };
  const response = await send(io, `/stream?${search}`, { headers });
  if (!response.ok) throw await refusal(response);
  if (response.body === null) throw new ServerError("the stream has no body");
  yield* response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
}

function line({ event, data }: Message): string {
  const text = (name: string) => plain(String(data[name] ?? "-"));
  const at = text("at").slice(11, 19);
  if (event === "signal") {
    const reasons = Array.isArray(data.reasons)
      ? data.reasons.map((reason) => plain(String(reason))).join("; ")
      : "";
    return (
      `${at} signal   ${text("symbol")} ${text("state")} ${text("score")} ${text("level")}  ` +
      `${reasons}  [${text("event_key")}]`
    );
  }
  if (event === "delivery")
    return (
      `${at} delivery ${text("channel")} ${text("result")} (attempt ${text("attempt")})  ` +
      `[${text("event_key")}]`
    );
  if (event !== "posts" || !Array.isArray(data.posts)) return `${event} ${JSON.stringify(data)}`;
  const outcomes = Map.groupBy(
    data.posts as { outcome: string; reason: string | null }[],
    (post) => post.reason ?? post.outcome,
  );
  const counts = [...outcomes].map(([outcome, posts]) => `${posts.length} ${plain(outcome)}`);
  return `${at} posts    ${counts.join(", ")}`;
}
