import { authorization } from "../server.js";

/**
 * @import { LiveEvents } from "../../types.d.ts"
 * @typedef {{ id: string | null, event: string, data: string }} Frame
 */

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 20_000;
/** The server sends something every 20 s; after this silence the connection counts as dead. */
const SILENCE = 45_000;

/**
 * Follows GET /stream for ever and resumes where it broke. `fetch` instead of EventSource, because
 * a key travels in a header.
 * @param {{
 *   message: <Name extends keyof LiveEvents>(event: Name, data: LiveEvents[Name]) => void,
 *   state: (state: "live" | "lost") => void,
 *   missed: () => void,
 * }} on `missed`: messages may have been lost, so everything shown is to be read again
 */
export function followStream(on) {
  /** @type {string | null} */
  let last = null;
  let wait = FIRST_WAIT;
  let abort = new AbortController();
  let first = true;

  /** @param {Frame} frame */
  const receive = (frame) => {
    wait = FIRST_WAIT;
    if (frame.id !== null) last = frame.id;
    if (frame.event === "hello" || frame.event === "reset") {
      on.state("live");
      if (frame.event === "reset" || !first) on.missed();
      first = false;
    } else on.message(/** @type {keyof LiveEvents} */ (frame.event), JSON.parse(frame.data));
  };

  const run = async () => {
    for (;;) {
      abort = new AbortController();
      await connect(last, abort, receive).catch(() => undefined);
      on.state("lost");
      await new Promise((resolve) => setTimeout(resolve, wait * (0.75 + Math.random() / 2)));
      wait = Math.min(LONGEST_WAIT, wait * 2);
    }
  };
  run();
  return {
    /** Connects again, with the key as it is now. */
    restart() {
      wait = FIRST_WAIT;
      abort.abort();
    },
  };
}

/**
 * One connection, until it ends or fails.
 * @param {string | null} last the id of the last frame received before
 * @param {AbortController} abort
 * @param {(frame: Frame) => void} receive
 */
async function connect(last, abort, receive) {
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
      const frame = parseFrame(block);
      if (frame.data !== "") receive(frame);
    }
  }
}

/** @param {string} block */
function parseFrame(block) {
  /** @type {Frame} */
  const frame = { id: null, event: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, field, value = ""] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
    if (field === "id" || field === "event" || field === "data") frame[field] = value;
  }
  return frame;
}
