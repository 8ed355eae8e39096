import { readFileSync } from "node:fs";
import { setTimeout as sleepFor } from "node:timers/promises";
import { localGuard } from "../../../src/http/local-guard.ts";
import { nearestName } from "../../../src/kit/nearest-name.ts";
import { postOnWire, type RawPost } from "../../../src/model/raw-post.ts";
import type { LeftOut } from "../../../src/model/source-status.ts";
import type { RawVariables } from "../../../src/settings/define.ts";
import { sumLeftOut } from "../../../src/sources/_shared/left-out.ts";
import { isFarAhead } from "../../../src/sources/_shared/post-time.ts";
import { SOURCES } from "../../../src/sources/registry.ts";
import type { PollResult, Source, StreamPlan, SwitchedOn } from "../../../src/sources/source.ts";
import { type Io, UsageError } from "../../command.ts";
import { parseOptions } from "../../options.ts";

/** For how long a stream is read. */
const LISTEN_MS = 10_000;
const MAX_FRAMES = 500;
/** For how long, and how often, a service is asked whether its answer is ready. */
const WAIT_MS = 5 * 60_000;
const PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;

type Tried = { posts: RawPost[]; leftOut: LeftOut };

/**
 * Prints the posts that a source makes of a saved answer or of one live poll, one JSON line each,
 * and last what it left out and why. Stores nothing.
 */
export async function trySource(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    file: { type: "string" },
    "content-type": { type: "string" },
  });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1)
    throw new UsageError("name one source, e.g. sources try feeds --file feed.xml");
  const contentType = values["content-type"] ?? null;
  if (contentType !== null && values.file === undefined)
    throw new UsageError("--content-type belongs to a --file");
  const source = named(name);
  const tried =
    values.file === undefined
      ? await live(source, io.env, io)
      : await saved(source, values.file, contentType, io);
  if (tried === null) return 1;
  const now = Date.now();
  const posts = tried.posts.filter(({ postedAt }) => !isFarAhead(Date.parse(postedAt), now));
  const ahead = { dated_ahead: tried.posts.length - posts.length };
  for (const post of posts) io.out(JSON.stringify(postOnWire(post)));
  const leftOut = Object.entries(sumLeftOut(tried.leftOut, ahead)).map(([reason, count]) => ({
    reason,
    count,
  }));
  io.out(JSON.stringify({ left_out: leftOut }));
  return 0;
}

function named(name: string): Source {
  const names = SOURCES.map((each) => each.name);
  const source = SOURCES.find((each) => each.name === name);
  if (source !== undefined) return source;
  const nearest = nearestName(name, names);
  const hint =
    nearest === undefined ? `there are ${names.join(", ")}` : `is ${nearest} what you mean?`;
  throw new UsageError(`there is no source ${JSON.stringify(name)}; ${hint}`);
}

async function saved(
  source: Source,
  file: string,
  contentType: string | null,
  io: Io,
): Promise<Tried | null> {
  const read = await source.readAnswer(io.env, {
    bytes: contentOf(file),
    contentType,
    now: Date.now(),
  });
  if (read.kind === "read") return read;
  io.err(`${source.name} cannot read ${file}: ${read.why}`);
  return null;
}

function contentOf(file: string): Uint8Array {
  try {
    return readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

async function live(source: Source, variables: RawVariables, io: Io): Promise<Tried | null> {
  if (source.kind === "push")
    throw new UsageError(`${source.name} is not polled: give it a saved body with --file`);
  const on = source.configure(variables);
  if (on.kind === "off") {
    io.err(`${source.name} is off: ${on.why}`);
    return null;
  }
  return on.stream === undefined
    ? polled(on, io)
    : source
        .readAnswer(variables, await listened(on.stream))
        .then((read) => (read.kind === "read" ? read : null));
}

/**
 * One poll, and those after it while the service still works on its answer: a run of Apify is
 * started, waited for and read.
 */
async function polled(on: SwitchedOn, io: Io): Promise<Tried | null> {
  const ports = {
    fetch: (url: string, init?: RequestInit) => io.fetch(url, init),
    now: Date.now,
    sleep: (ms: number) => sleepFor(ms),
    guard: localGuard(Date.now),
  };
  const until = Date.now() + WAIT_MS;
  const tried: Tried = { posts: [], leftOut: {} };
  let cursor: string | null = null;
  for (let pause = PAUSE_MS; ; pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
    const result: PollResult | undefined = await on.poll?.({ cursor, since: null }, ports);
    if (result === undefined) return null;
    const { verdict, pending = false } = result;
    cursor = result.cursor;
    tried.posts.push(...result.posts);
    tried.leftOut = sumLeftOut(tried.leftOut, result.leftOut ?? {});
    const isGood = verdict.kind === "ok" || verdict.kind === "empty";
    if (!isGood || pending || tried.posts.length === 0)
      io.err(`${verdict.kind}: ${verdict.reason}`);
    if (!isGood && tried.posts.length === 0) return null;
    if (!isGood || !pending || Date.now() > until) return tried;
    await sleepFor(pause);
  }
}

/** The frames of a stream, one a line, from now on. */
async function listened({ url }: StreamPlan) {
  const socket = new WebSocket(url(null).replace(/^http/, "ws"));
  const frames: string[] = [];
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LISTEN_MS);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    socket.addEventListener("message", ({ data }) => {
      frames.push(String(data));
      if (frames.length >= MAX_FRAMES) end();
    });
    socket.addEventListener("close", end);
    socket.addEventListener("error", end);
  });
  socket.close();
  const bytes = new TextEncoder().encode(frames.join("\n"));
  return { bytes, contentType: null, now: Date.now() };
}
