import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { GeneratedMutant } from "../sim/mutate.ts";
import { dice } from "../sim/random.ts";
import { slipsIn } from "./operators.ts";

const ROOT = join(import.meta.dirname, "../..");

/** What the promises of docs/reliability.md rest on. */
const CORE = [
  "src/intake/*.ts",
  "src/dedup/*.ts",
  "src/queues/*.ts",
  "src/model/envelope.ts",
  "src/pipeline.ts",
  "src/events/*.ts",
  "src/concurrency/{coalesce,serial,spaced}.ts",
  "src/outbox/*.ts",
  "src/schedule/*.ts",
  "src/sources/poll.ts",
  "src/store/{memory,postgres}/{posts,deliveries,outbox,retention,dead-letters,rows}.ts",
  "src/store/memory/events.ts",
  "src/store/postgres/events/commit.ts",
];

/** The files in whose paths one of `words` is; all without words. */
export const coreFiles = (words: readonly string[]): string[] =>
  globSync(CORE, { cwd: ROOT })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !file.endsWith(".test.ts"))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort();

/** `line`: where it stands, and the text of that line. */
export type DrawnMutant = GeneratedMutant & { line: number; lineText: string };

function slipsOf(file: string): DrawnMutant[] {
  const source = readFileSync(join(ROOT, file), "utf8");
  const lines = source.split("\n");
  return slipsIn(file, source).map((slip) => {
    const line = source.slice(0, slip.start).split("\n").length;
    const from = source.slice(slip.start, slip.end);
    return { ...slip, file, from, line, lineText: lines[line - 1]?.trim() ?? "" };
  });
}

/** So many of all that the operators know, by a seed: no place twice. */
export function drawMutants(seed: number, count: number, words: readonly string[]): DrawnMutant[] {
  const all = coreFiles(words).flatMap(slipsOf);
  const rolls = dice(seed);
  const taken = new Set<string>();
  const drawn: DrawnMutant[] = [];
  while (drawn.length < count && all.length > 0) {
    const [slip] = all.splice(rolls.int(0, all.length), 1);
    const place = `${slip?.file} ${slip?.line}`;
    if (!slip || taken.has(place)) continue;
    taken.add(place);
    drawn.push(slip);
  }
  return drawn;
}
