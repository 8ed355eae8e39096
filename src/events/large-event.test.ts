import { expect, it } from "vitest";
import { iso } from "../kit/time.ts";
import type { Mention } from "../model/mention.ts";
import { decide, type KnownEvent, LIKENESS, UNKNOWN_EVENT } from "../pipeline.ts";
import { loadRules } from "../rules/load.ts";
import { mention } from "../store/contract/fixtures.ts";
import type { EventState } from "../store/events.ts";
import { fingerprint } from "../text/near-duplicate/fingerprint.ts";
import { eventLedger, type LedgerStorage } from "./event-ledger.ts";
import { gather } from "./gather.ts";
import { memoryRows } from "./rows.ts";

const START = Date.UTC(2026, 0, 15, 10);
const KEY = "eth:DEMO:2026-01-15T10:00:00Z";
const POSTS = 2_400;
/** Past what is held in memory alone. */
const FIRST = 400;
const LOADED_AT_ONCE = 100;
const PROBES = 30;
/** Rows of all bands of a text, each twice. What reads all posts, or all texts, reads more. */
const MOST_READ = 2_000;
const MOST_WRITTEN = 150;

/** The n-th word of a vocabulary; the same always. */
const word = (n: number): string => `w${((n * 2_654_435_761) % 4_001).toString(36)}`;
const words = (from: number, count: number): string =>
  Array.from({ length: count }, (_, n) => word(from * 31 + n * n + n)).join(" ");

const OPENING = words(7, 10);
const said: Record<string, (n: number) => string> = {
  "posts of their own words": (n) => words(n, 14),
  "copies with other words around them": (n) => `RT ${OPENING} ${OPENING} ${word(n)}`,
  "posts that begin alike": (n) => `${OPENING} ${words(n, 9)}`,
  "the messages of a bot": (n) => `$DEMO price ${n} USD, volume ${n % 997} M in 24 h`,
};
/** Where the n-th post stands in the time of the event: sources mix up some seconds. */
const mixed = (n: number): number => n * 800 + ((n * 7_919) % 5_000);
const inOneSecond = (): number => 0;

const posted = (n: number, text: string, at: number): Mention =>
  mention(n, {
    eventKey: KEY,
    author: `author${n % 500}`,
    postedAt: iso(START + at),
    fingerprint: fingerprint(text),
    keywords: text.split(" ").slice(0, 6),
    followers: n % 5_000,
    sentiment: ((n % 200) - 100) / 100,
  });

/** Rows in memory that count what is read and written. */
function countedRows() {
  const rows = memoryRows();
  const count = { read: 0, written: 0 };
  const storage: LedgerStorage = {
    get(group, key) {
      count.read++;
      return rows.get(group, key);
    },
    scan(group, range) {
      const found = rows.scan(group, range);
      count.read += 1 + found.length;
      return found;
    },
    scanEach(groups, range) {
      const found = rows.scanEach(groups, range);
      count.read += found.reduce((sum, page) => sum + 1 + page.length, 0);
      return found;
    },
    write(changes) {
      const listed = [...changes];
      count.written += listed.length;
      rows.write(listed);
    },
    clear: rows.clear,
  };
  return { storage, count };
}

function rulesOf() {
  const loaded = loadRules("version: '1.0'\ngroups: []\n", {}, {});
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  return loaded.rules;
}
const rules = rulesOf();

/** An event of so many posts in its object's rows, which counts what each more costs. */
function largeEvent(text: (n: number) => string, at: (n: number) => number) {
  const { storage, count } = countedRows();
  let posts = 0;
  let state: EventState | undefined;
  let evidenceRead = 0;
  const open = () =>
    eventLedger({
      storage,
      store: {
        load: async () => state,
        async evidence() {
          evidenceRead++;
          return [];
        },
      },
      pause: async () => undefined,
    });
  let ledger = open();
  let known: KnownEvent = UNKNOWN_EVENT;
  const next = (many: number): Mention[] =>
    Array.from({ length: many }, () => {
      const mentioned = posted(posts, text(posts), at(posts));
      posts++;
      return mentioned;
    });
  function add(many: number) {
    const before = { ...count };
    const input = { mentions: next(many), answers: [], rules, channels: [], now: START };
    const { change, after } = decide(known, input);
    const rev = known.rev + 1;
    state = { rev, event: change.event, signal: after.signal, evidence: [] };
    known = ledger.keep(known, after, rev) as KnownEvent;
    return { read: count.read - before.read, written: count.written - before.written };
  }

  return {
    add,
    /** Most posts are counted without a decision on them, as when the rows are built again. */
    fill() {
      add(FIRST);
      while (posts < POSTS) {
        const { gathered } = gather({ rows: storage }, next(LOADED_AT_ONCE), LIKENESS);
        storage.write(gathered.rows.changes());
      }
    },
    async restart() {
      const before = count.read;
      ledger = open();
      known = (await ledger.recall(KEY)) as KnownEvent;
      return { read: count.read - before, evidenceRead };
    },
  };
}

const TIMEOUT_MS = 120_000;

it.each([
  ...Object.entries(said).map(([what, text]) => ({ what, text, at: mixed })),
  { what: "posts of one second", text: (n: number) => words(n, 14), at: inOneSecond },
])(
  "costs the same for one more of thousands: $what",
  ({ text, at }) => {
    const event = largeEvent(text, at);
    event.fill();
    const costs = Array.from({ length: PROBES }, () => event.add(1));
    expect(Math.max(...costs.map(({ read }) => read))).toBeLessThan(MOST_READ);
    expect(Math.max(...costs.map(({ written }) => written))).toBeLessThan(MOST_WRITTEN);
  },
  TIMEOUT_MS,
);

it(
  "starts after an eviction without a look at its posts",
  async () => {
    const event = largeEvent((n) => words(n, 14), mixed);
    event.fill();
    event.add(1);
    expect(await event.restart()).toEqual({ read: 2, evidenceRead: 0 });
  },
  TIMEOUT_MS,
);
