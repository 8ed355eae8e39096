import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventLedger } from "../src/events/event-ledger.ts";
import { iso } from "../src/kit/time.ts";
import type { Mention } from "../src/model/mention.ts";
import { type DecidedEvent, decide, type KnownEvent, UNKNOWN_EVENT } from "../src/pipeline.ts";
import { loadRules } from "../src/rules/load.ts";
import type { EventState } from "../src/store/events.ts";
import { fingerprint } from "../src/text/near-duplicate/fingerprint.ts";
import { dice } from "../test/sim/random.ts";
import { sqliteRows } from "../test/support/sqlite.ts";

const { BENCH_PIECES = "1000,10000,100000,1000000" } = process.env;
const SIZES = BENCH_PIECES.split(",").map(Number);
const START = Date.UTC(2026, 0, 15, 10);
const HOUR_MS = 3_600_000;
const MOST_PIECES = 1_000_000;
const BATCH = 500;
const PROBES = 200;
const WORDS = 4_000;

/**
 * Posts about one token: one in ten is an exact copy, two in ten a copy with other words around
 * it, two in ten the message of a bot with other figures, and the rest say something of their own.
 */
function posts(seed: number) {
  const random = dice(seed);
  const word = () => `w${Math.floor(WORDS ** random.next()).toString(36)}`;
  const said: string[] = [];
  function text(): string {
    const kind = random.int(0, 9);
    const earlier = said[random.int(0, Math.max(0, said.length - 1))];
    if (earlier !== undefined && kind === 0) return earlier;
    if (earlier !== undefined && kind < 3) return `RT ${earlier} ${["lol", "wow", "gm"][kind]}`;
    if (kind < 5)
      return `$DEMO price ${random.int(1, 99_999)} USD, volume ${random.int(1, 999)} M in 24 h`;
    const own = Array.from({ length: random.int(8, 24) }, word).join(" ");
    if (said.length < 10_000) said.push(own);
    return own;
  }
  return (id: number): Mention => ({
    eventKey: "eth:DEMO:2026-01-15T10:00:00Z",
    evidenceId: `x:${id}`,
    source: "x",
    postId: String(id),
    author: `author${random.int(0, 200_000)}`,
    // Queues and polls mix up the order of a few seconds.
    postedAt: iso(START + Math.floor((id * HOUR_MS) / MOST_PIECES) + random.int(0, 3_000)),
    windowStart: "2026-01-15T10:00:00Z",
    token: { chain: "eth", symbol: "DEMO", tokenCa: null, confidence: 0.5 },
    type: "mention",
    typePhrase: "",
    typeConfidence: 0.2,
    sentiment: random.int(-1000, 1000) / 1000,
    lang: "en",
    keywords: Array.from({ length: 6 }, word),
    fingerprint: fingerprint(text()),
    followers: random.int(0, 5_000),
    authorWeight: 0,
    url: null,
    excerpt: "",
  });
}

function rulesOf() {
  const loaded = loadRules("version: '1.0'\ngroups: []\n", {}, {});
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  return loaded.rules;
}

const cpuMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

const quantile = (values: number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? 0;

/** What one more post, and a start after an eviction, cost in an event of so many posts. */
export async function bench(): Promise<void> {
  console.log("\nevents: one event over SQLite, as its object holds it");
  const folder = mkdtempSync(join(tmpdir(), "events-"));
  const sqlite = sqliteRows(join(folder, "event.db"));
  const rules = rulesOf();
  let state: EventState | undefined;
  const open = () =>
    eventLedger({
      storage: sqlite.open(),
      store: { load: async () => state, evidence: async () => [] },
    });
  let ledger = open();
  let known: KnownEvent = UNKNOWN_EVENT;
  const next = posts(1);
  let count = 0;

  function add(mentions: Mention[]): DecidedEvent {
    const { change, after } = decide(known, { mentions, answers: [], rules, channels: [], now: 0 });
    const rev = known.rev + 1;
    state = { rev, event: change.event, signal: after.signal, evidence: [] };
    known = ledger.keep(known, after, rev) as KnownEvent;
    return after;
  }

  try {
    for (const size of SIZES) {
      const filling = process.cpuUsage();
      const from = count;
      while (count < size) {
        const many = Math.min(BATCH, size - count);
        add(Array.from({ length: many }, () => next(count++)));
      }
      const each = cpuMs(filling) / Math.max(1, count - from);
      const single: number[] = [];
      for (let probe = 0; probe < PROBES; probe++) {
        const mention = next(count++);
        const began = process.cpuUsage();
        add([mention]);
        single.push(cpuMs(began));
      }
      const began = process.cpuUsage();
      ledger = open();
      known = await ledger.recall("eth:DEMO:2026-01-15T10:00:00Z");
      const recalled = cpuMs(began);
      add([next(count++)]);
      const cold = cpuMs(began);
      console.log(
        `  ${String(size).padStart(9)} posts, ${String(state?.event.evidenceCount).padStart(7)} ` +
          `texts count: +1 post ${quantile(single, 0.5).toFixed(1)} ms of CPU (p95 ` +
          `${quantile(single, 0.95).toFixed(1)}), ${each.toFixed(2)} ms in batches of ${BATCH}; ` +
          `cold start ${recalled.toFixed(1)} ms, with the first post ${cold.toFixed(1)} ms; ` +
          `memory ${Math.round(process.memoryUsage().heapUsed / 1e6)} MB`,
      );
    }
  } finally {
    sqlite.close();
    rmSync(folder, { recursive: true });
  }
}
