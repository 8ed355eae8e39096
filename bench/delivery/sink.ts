import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { seeded } from "../../local/seeded.ts";

/** One request that the sink took, whether or not its answer got back. */
export type Arrival = { subject: string; key: string; at: number; answerLost: boolean };

export type Sink = {
  url: string;
  arrivals(): Arrival[];
  /** Resolves when `count` different subjects arrived, or nothing has come for `patienceMs`. */
  until(count: number, patienceMs: number): Promise<void>;
  stop(): Promise<void>;
};

/**
 * How long an answer that never comes holds its sender: a timeout, without the fifteen seconds of a
 * real one.
 */
const SILENCE_MS = 1_000;

/** 10 % answer 500, 1 % 429; 2 % are taken and left without an answer. */
export async function startSink(): Promise<Sink> {
  // Every engine meets the same faults.
  const draw = seeded(1);
  const arrivals: Arrival[] = [];
  const taken = new Set<string>();
  let latest = performance.now();
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const luck = draw();
    latest = performance.now();
    if (luck < 0.1) return void response.writeHead(500).end();
    if (luck < 0.11) return void response.writeHead(429, { "retry-after": "1" }).end();
    const [, subject = ""] = /"event_key":"([^"]+)"/.exec(body) ?? [];
    const answerLost = luck < 0.13;
    arrivals.push({ subject, key: `${request.headers["webhook-id"]}`, at: latest, answerLost });
    taken.add(subject);
    if (answerLost) setTimeout(() => request.socket.destroy(), SILENCE_MS);
    else response.writeHead(204).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals: () => arrivals,
    async until(count, patienceMs) {
      latest = performance.now();
      while (taken.size < count && performance.now() < latest + patienceMs)
        await new Promise((wake) => setTimeout(wake, 50));
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
