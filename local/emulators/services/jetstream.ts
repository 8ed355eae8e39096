import type { WebSocket } from "ws";
import { sampleAt } from "../../samples.ts";
import type { EmulatorSettings } from "../emulator.ts";
import { type Fault, mistype } from "../faults.ts";

const EVERY_MS = 2_000;

export const jetstream: EmulatorSettings = {
  name: "jetstream",
  settings: (base) => ({ JETSTREAM_BASE_URL: `${base}/jetstream` }),
  owned: ["JETSTREAM_BASE_URL"],
  source: "jetstream",
};

function commit(number: number): string {
  const time = number * EVERY_MS;
  const post = sampleAt(number, time);
  const record = {
    $type: "app.bsky.feed.post",
    createdAt: post.posted_at,
    langs: [post.lang ?? "en"],
    text: post.text,
  };
  const place = {
    collection: "app.bsky.feed.post",
    rkey: `local${number.toString(36)}`,
    cid: `bafylocal${number}`,
  };
  return JSON.stringify({
    did: `did:plc:${post.author.replaceAll("_", "")}`,
    time_us: time * 1000,
    kind: "commit",
    commit: { rev: String(number), operation: "create", ...place, record },
  });
}

/** Frames as a careless release sends them. */
const spoilt: Partial<Record<Fault, (frame: string) => string>> = {
  types: (frame) => JSON.stringify(mistype(JSON.parse(frame))),
  html: () => "<!doctype html><title>Just a moment...</title>",
};

/**
 * Bluesky's Jetstream: a post every two seconds, from the cursor (microseconds) when one is given.
 * A number names a moment, so a resume repeats nothing. A fault is drawn for each look at the
 * clock: cut breaks the connection off, empty holds the frames back, types and html spoil them.
 */
export function serveJetstream(
  socket: WebSocket,
  query: URLSearchParams,
  fault: () => Fault | undefined,
): void {
  const cursor = Number(query.get("cursor") ?? 0) / 1000;
  const lookback = Date.now() - 36 * 3_600_000;
  let next = Math.ceil((cursor > 0 ? Math.max(cursor, lookback) : Date.now()) / EVERY_MS);
  const send = () => {
    const drawn = fault();
    if (drawn === "cut") return socket.terminate();
    if (drawn === "empty") return;
    const spoil = drawn && spoilt[drawn];
    for (; next * EVERY_MS <= Date.now(); next++)
      socket.send(spoil ? spoil(commit(next)) : commit(next));
  };
  const timer = setInterval(send, EVERY_MS);
  send();
  socket.on("close", () => clearInterval(timer));
  socket.on("error", () => clearInterval(timer));
}
