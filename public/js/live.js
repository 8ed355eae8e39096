import { authorization } from "./server.js";

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 20_000;
/** The server says something every 20 s; after this silence the connection counts as dead. */
const SILENCE = 45_000;

/**
 * Follows GET /stream for ever and resumes where it broke. `fetch` instead of EventSource, because
 * a key travels in a header.
 * @param {{ message: (event: string, data: unknown) => void, state: (state: "live" | "lost") =>
 * void, missed: () => void }} on
 */
export function follow(on) {
  let last = null;
  let wait = FIRST_WAIT;
  let abort = new AbortController();
  let first = true;

  const heard = (frame) => {
    wait = FIRST_WAIT;
    if (frame.id !== null) last = frame.id;
    if (frame.event === "hello" || frame.event === "reset") {
      on.state("live");
      if (frame.event === "reset" || !first) on.missed();
      first = false;
    } else on.message(frame.event, JSON.parse(frame.data));
  };

  const run = async () => {
    for (;;) {
      abort = new AbortController();
      try {
        await connect(last, abort, heard);
      } catch {
        // The next attempt tells.
      }
      on.state("lost");
      await new Promise((resolve) => setTimeout(resolve, wait * (0.75 + Math.random() / 2)));
      wait = Math.min(LONGEST_WAIT, wait * 2);
    }
  };
  run();
  return {
    /** Connects anew, with the key of now. */
    restart() {
      wait = FIRST_WAIT;
      abort.abort();
    },
  };
}

async function connect(last, abort, heard) {
  const headers = {
    Accept: "text/event-stream",
    ...authorization(),
    ...(last !== null && { "Last-Event-ID": last }),
  };
  const response = await fetch("/stream", { headers, signal: abort.signal, cache: "no-store" });
  if (!response.ok || response.body === null)
    throw new Error(`the stream answered ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const silence = setTimeout(() => abort.abort(), SILENCE);
    const { done, value } = await reader.read().finally(() => clearTimeout(silence));
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const frame = parsed(block);
      if (frame.data !== "") heard(frame);
    }
  }
}

function parsed(block) {
  const frame = { id: null, event: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, field, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
    if (field !== undefined) frame[field] = value;
  }
  return frame;
}
