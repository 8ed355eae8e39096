import { seeded } from "../local/seeded.ts";
import { audience } from "../src/observability/audience.ts";
import {
  EVERYTHING,
  type LiveFilter,
  type LiveMessage,
  passesFilter,
} from "../src/observability/live.ts";
import { median } from "./median.ts";

const LISTENERS = 10_000;
const TOKENS = 3_000;
const MESSAGES = 400;
const ROUNDS = 9;

type Listener = { filter: LiveFilter };

/** Nine of ten ask for a token, some for a chain, and one in a hundred for everything. */
function filterOf(n: number, random: () => number): LiveFilter {
  if (n % 100 === 0) return EVERYTHING;
  if (n % 10 === 0) return { ...EVERYTHING, chain: "sol", minScore: 10 };
  return { ...EVERYTHING, symbol: `T${Math.floor(random() * TOKENS)}` };
}

const signal = (n: number, random: () => number): LiveMessage => ({
  event: "signal",
  eventKey: `eth:T${n}:w`,
  chain: n % 5 === 0 ? "sol" : "eth",
  symbol: `T${Math.floor(random() * TOKENS)}`,
  state: "verified",
  previousState: null,
  score: n % 20,
  level: "observe",
  riskLevel: "green",
  reasons: [],
  degraded: false,
  at: "2026-01-15T10:00:00Z",
});

/** The two ways to find who of ten thousand listeners gets a message, and messages for them. */
export function streamWays() {
  const random = seeded(5);
  const listeners: Listener[] = Array.from({ length: LISTENERS }, (_, n) => ({
    filter: filterOf(n, random),
  }));
  const index = audience<Listener>();
  for (const listener of listeners) index.add(listener);
  const pass = (message: LiveMessage) => (listener: Listener) =>
    passesFilter(listener.filter, message);
  return {
    messages: Array.from({ length: MESSAGES }, (_, n) => signal(n, random)),
    indexed: (message: LiveMessage) => [...index.interestedIn([message])].filter(pass(message)),
    asked: (message: LiveMessage) => listeners.filter(pass(message)),
  };
}

/**
 * Finds who gets a message by the index of a leaf, and by asking the filter of everyone, as before
 * there was one. In turns, on the processor's clock.
 */
export async function bench(): Promise<void> {
  const { messages, ...ways } = streamWays();
  const times = { indexed: [] as number[], asked: [] as number[] };
  const heard = { indexed: 0, asked: 0 };
  for (let round = 0; round < ROUNDS; round++)
    for (const way of ["indexed", "asked"] as const) {
      const began = process.cpuUsage();
      heard[way] = messages.reduce((sum, message) => sum + ways[way](message).length, 0);
      const { user, system } = process.cpuUsage(began);
      times[way].push((user + system) / MESSAGES);
    }
  if (heard.indexed !== heard.asked) throw new Error("the index and the filters do not agree");
  const [indexed, asked] = [median(times.indexed), median(times.asked)];
  console.log(
    `\nstream: ${LISTENERS.toLocaleString("en-US")} listeners, a message reaches ` +
      `${Math.round(heard.asked / MESSAGES)}: ${indexed.toFixed(0)} us of CPU by the index, ` +
      `${asked.toFixed(0)} by asking everyone (${(asked / indexed).toFixed(1)} times)`,
  );
}
