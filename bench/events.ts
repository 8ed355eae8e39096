import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { eventLedger, type LedgerStorage, SMALL_EVENT } from "../src/events/event-ledger.ts";
import { gather } from "../src/events/gather.ts";
import { iso } from "../src/kit/time.ts";
import type { Mention } from "../src/model/mention.ts";
import { decide, type KnownEvent, LIKENESS, UNKNOWN_EVENT } from "../src/pipeline.ts";
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
/** A batch of the queue. */
const BATCH = 100;
/** What is put into the rows at once, where no decision is timed. */
const LOADED_AT_ONCE = 1_000;
/** Of each size, so many are timed. */
const BATCHES = 4;
const PROBES = 200;
const STARTS = 5;
const REBUILT = [5_000, 20_000];
const KEY = "eth:DEMO:2026-01-15T10:00:00Z";
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
    eventKey: KEY,
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

const median = (values: number[]): number => quantile(values, 0.5);

/** Bytes that live once everything else is collected. */
function liveBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

type Figures = { size: number; oneMore: number; cold: number };

/**
 * What one more post, and a start after an eviction, cost in events of growing size, and what the
 * object holds in memory. All but the last posts of each size go straight into the rows. The event
 * is built again from its evidence at 5,000 and 20,000 pieces.
 */
export async function bench(): Promise<void> {
  console.log("\nevents: one event over SQLite, as its object holds it");
  const folder = mkdtempSync(join(tmpdir(), "events-"));
  const sqlite = sqliteRows(join(folder, "event.db"));
  try {
    const figures: Figures[] = [];
    const event = growingEvent(sqlite.open);
    const empty = liveBytes();
    for (const size of SIZES) figures.push(await measured(event, size, empty));
    const [first, last] = [figures[0], figures.at(-1)];
    if (first && last)
      console.log(
        `  ${last.size} posts against ${first.size}: one more costs ` +
          `${(last.oneMore / first.oneMore).toFixed(1)} times as much, a start ` +
          `${last.cold.toFixed(0)} ms`,
      );
  } finally {
    sqlite.close();
    rmSync(folder, { recursive: true });
  }
  for (const size of REBUILT) await rebuild(size);
}

function growingEvent(rows: () => LedgerStorage) {
  const rules = rulesOf();
  const next = posts(1);
  let state: EventState | undefined;
  let storage = rows();
  const open = () =>
    eventLedger({
      storage,
      store: { load: async () => state, evidence: async () => [] },
      pause: async () => undefined,
    });
  let ledger = open();
  let known: KnownEvent = UNKNOWN_EVENT;
  let count = 0;
  const event = {
    count: () => count,
    texts: () => state?.event.evidenceCount ?? 0,
    byHash: () => state?.signal.facts.values.texts_by_hash ?? 0,
    add(many: number): void {
      const mentions = Array.from({ length: many }, () => next(count++));
      const input = { mentions, answers: [], rules, channels: [], now: 0 };
      const { change, after } = decide(known, input);
      const rev = known.rev + 1;
      state = { rev, event: change.event, signal: after.signal, evidence: [] };
      known = ledger.keep(known, after, rev) as KnownEvent;
    },
    /** Counts posts without a decision on them, as the rows are built from evidence. */
    load(many: number): void {
      const mentions = Array.from({ length: many }, () => next(count++));
      storage.write(gather({ rows: storage }, mentions, LIKENESS).gathered.rows.changes());
    },
    async restart(): Promise<void> {
      storage = rows();
      ledger = open();
      known = (await ledger.recall(KEY)) as KnownEvent;
    },
  };
  return event;
}

async function measured(
  event: ReturnType<typeof growingEvent>,
  size: number,
  empty: number,
): Promise<Figures> {
  while (event.count() < Math.min(size, SMALL_EVENT + BATCH)) event.add(BATCH);
  while (event.count() < size - BATCHES * BATCH)
    event.load(Math.min(LOADED_AT_ONCE, size - BATCHES * BATCH - event.count()));
  const filling = process.cpuUsage();
  const from = event.count();
  while (event.count() < size) event.add(Math.min(BATCH, size - event.count()));
  const each = cpuMs(filling) / Math.max(1, event.count() - from);
  const held = liveBytes() - empty;
  const single: number[] = [];
  for (let probe = 0; probe < PROBES; probe++) {
    const began = process.cpuUsage();
    event.add(1);
    single.push(cpuMs(began));
  }
  const colds: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const began = process.cpuUsage();
    await event.restart();
    event.add(1);
    colds.push(cpuMs(began));
  }
  console.log(
    `  ${String(size).padStart(9)} posts, ${String(event.texts()).padStart(7)} texts count ` +
      `(${event.byHash()} by hash): +1 post ${median(single).toFixed(1)} ms of CPU (p95 ` +
      `${quantile(single, 0.95).toFixed(1)}), ${each.toFixed(2)} ms in batches of ${BATCH}; ` +
      `cold start with the first post ${median(colds).toFixed(1)} ms; ` +
      `holds ${(held / 1e6).toFixed(1)} MB`,
  );
  return { size, oneMore: median(single), cold: median(colds) };
}

/** From the evidence of the database, when an object has lost its storage. */
async function rebuild(size: number): Promise<void> {
  const next = posts(2);
  const evidence = Array.from({ length: size }, (_, id) => next(id)).sort((a, b) =>
    a.evidenceId < b.evidenceId ? -1 : 1,
  );
  const { change, after } = decide(UNKNOWN_EVENT, {
    ...{ mentions: evidence.slice(0, 1), answers: [], rules: rulesOf(), channels: [], now: 0 },
  });
  const event = { ...change.event, evidenceCount: size, copies: 0 };
  const state = { rev: 1, event, signal: after.signal, evidence: [] };
  let read = 0;
  let pauses = 0;
  const sqlite = sqliteRows();
  const ledger = eventLedger({
    storage: sqlite.open(),
    store: {
      load: async () => state,
      async evidence(_, { limit }) {
        const page = evidence.slice(read, read + limit);
        read += limit;
        return page;
      },
    },
    pause: async () => void pauses++,
  });
  const began = process.cpuUsage();
  let calls = 1;
  while ((await ledger.recall(KEY)) === "unfinished") calls++;
  console.log(
    `  built again from ${size} pieces: ${(cpuMs(began) / size).toFixed(2)} ms of CPU a piece, ` +
      `${pauses} pauses, ${calls} calls`,
  );
  sqlite.close();
}
