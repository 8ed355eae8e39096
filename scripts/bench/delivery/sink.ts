import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that the sink took, whether or not its answer got back. */
export type Arrival = { subject: string; key: string; at: number; answerLost: boolean };

export type Sink = {
  url: string;
  arrivals(): Arrival[];
  /** Resolves when so many different subjects were taken, or `patienceMs` has passed. */
  until(count: number, patienceMs: number): Promise<void>;
  stop(): Promise<void>;
};

/** mulberry32: every engine meets the same faults. */
function fractions(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 10 % answer 500, 1 % 429; 2 % are taken and left without an answer. */
export async function startSink(): Promise<Sink> {
  const draw = fractions(1);
  const arrivals: Arrival[] = [];
  const taken = new Set<string>();
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    const luck = draw();
    if (luck < 0.1) return void response.writeHead(500).end();
    if (luck < 0.11) return void response.writeHead(429, { "retry-after": "1" }).end();
    const [, subject = ""] = /([\w-]+)$/.exec(request.url ?? "") ?? [];
    const key = `${request.headers["webhook-id"] ?? ""}`;
    const answerLost = luck < 0.13;
    arrivals.push({ subject: subject === "hook" ? key : subject, key, at: performance.now(), answerLost });
    taken.add(subject === "hook" ? key : subject);
    if (answerLost) setTimeout(() => request.socket.destroy(), 1_000);
    else response.writeHead(204).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals: () => arrivals,
    async until(count, patienceMs) {
      const end = performance.now() + patienceMs;
      while (taken.size < count && performance.now() < end) await new Promise((wake) => setTimeout(wake, 50));
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
