import type { WebSocket } from "ws";
import { sampleAt } from "../samples.ts";

const everyMs = 2_000;

function commit(number: number): string {
  const time = number * everyMs;
  const post = sampleAt(number, time);
  const record = { $type: "app.bsky.feed.post", createdAt: post.posted_at, langs: [post.lang ?? "en"], text: post.text };
  const place = { collection: "app.bsky.feed.post", rkey: `local${number.toString(36)}`, cid: `bafylocal${number}` };
  return JSON.stringify({
    ...{ did: `did:plc:${post.author.replaceAll("_", "")}`, time_us: time * 1000, kind: "commit" },
    commit: { rev: String(number), operation: "create", ...place, record },
  });
}

/** Bluesky's Jetstream: a post every two seconds, from the cursor (microseconds) when one is given. A number names a moment, so a resume repeats nothing. */
export function serveJetstream(socket: WebSocket, query: URLSearchParams): void {
  const cursor = Number(query.get("cursor") ?? 0) / 1000;
  const lookback = Date.now() - 36 * 3_600_000;
  let next = Math.ceil((cursor > 0 ? Math.max(cursor, lookback) : Date.now()) / everyMs);
  const send = () => {
    for (; next * everyMs <= Date.now(); next++) socket.send(commit(next));
  };
  const timer = setInterval(send, everyMs);
  send();
  socket.on("close", () => clearInterval(timer));
  socket.on("error", () => clearInterval(timer));
}
