import { expect, it } from "vitest";
import * as text from "../../src/text.ts";

/** Pieces that break careless patterns, and pieces that real posts are made of. */
const PIECES = [
  ..."a @ # $ . / : - _ ( ) ! ? % & = + ' \" \\ \n \u200b \u202e \ud800 \udc00 \u0301 \uFDFA 🚀 👨‍👩‍👧 é ß І 中 の 한 ع ש ก".split(
    " ",
  ),
  "http://",
  "https://t.co/abc",
  "a.com/((",
  "www.",
  ".com",
  "0x6982508145454ce325ddbe47a25d4ec3d2311933",
  "So11111111111111111111111111111111111111112",
  "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb",
  "$DEMO",
  "#tag",
  "@someone",
  "rt @",
  "not very good",
  "FREE airdrop",
  "xn--",
  "1,000.50%",
];
const FUNCTIONS = [
  text.detectLanguage,
  text.spamScore,
  text.sentiment,
  text.sentimentLabel,
  text.extractEntities,
  text.fingerprint,
];
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 20_000);
const LIMIT_MS = 5;
const LONGEST = 10_000;

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function input(random: () => number): string {
  const length = Math.floor(random() ** 6 * LONGEST);
  const pool = Array.from({ length: 1 + Math.floor(random() * 5) }, () => PIECES[Math.floor(random() * PIECES.length)] ?? "");
  let made = "";
  while (made.length < length) made += pool[Math.floor(random() * pool.length)];
  return made.slice(0, length);
}

/** The fastest of a few runs: the machine may be busy with something else, a slow pattern is slow every time. */
function fastest(ask: () => unknown): number {
  let best = Infinity;
  for (let i = 0; i < 5 && best > LIMIT_MS; i++) {
    const start = performance.now();
    ask();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

it(`survives ${INPUTS} hostile inputs, each within ${LIMIT_MS} ms`, { timeout: 1_200_000 }, () => {
  const random = seeded(20_260_115);
  const slow: string[] = [];
  for (let i = 0; i < INPUTS; i++) {
    const hostile = input(random);
    for (const ask of FUNCTIONS) {
      const ms = fastest(() => ask(hostile));
      if (ms > LIMIT_MS)
        slow.push(`${ask.name} ${ms.toFixed(1)} ms for ${JSON.stringify(hostile.slice(0, 40))} (${hostile.length})`);
    }
    const print = text.fingerprint(hostile);
    expect(text.similarity(print, print)).toBe(1);
  }
  expect(slow).toEqual([]);
});

it.each(PIECES)("takes at most four times as long for four times as much of %j", { timeout: 60_000 }, (piece) => {
  for (const ask of FUNCTIONS) {
    const quarter = piece.repeat(Math.ceil(LONGEST / 4 / piece.length)).slice(0, LONGEST / 4);
    const whole = piece.repeat(Math.ceil(LONGEST / piece.length)).slice(0, LONGEST);
    ask(whole);
    const runs = (of: string) => Math.min(...Array.from({ length: 7 }, () => fastest(() => ask(of))));
    expect(runs(whole), ask.name).toBeLessThan(4 * 2.5 * Math.max(0.4, runs(quarter)));
  }
});
