import { type Line, tableOf } from "./table.ts";

/** Those that `npm run bench` runs: what a newcomer wants to know, in one table at the end. */
const MAIN: Record<string, () => Promise<{ bench(): Promise<readonly Line[]> }>> = {
  rules: () => import("./rules.ts"),
  text: () => import("./text.ts"),
  delivery: () => import("./delivery.ts"),
  api: () => import("./api.ts"),
  pipeline: () => import("./pipeline.ts"),
  store: () => import("./store.ts"),
};

/** By name alone. */
const OTHERS: Record<string, () => Promise<{ bench(): Promise<unknown> }>> = {
  enrichment: () => import("./enrichment.ts"),
  events: () => import("./events.ts"),
  cost: () => import("./cost.ts"),
  stream: () => import("./stream.ts"),
  scale: () => import("./scale.ts"),
  short: () => import("./short.ts"),
};

const named = process.argv.slice(2);
const names = [...Object.keys(MAIN), ...Object.keys(OTHERS)];
const unknown = named.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`usage: npm run bench [-- ${names.join("] [")}]`);
  process.exit(unknown.every((name) => name === "--help") ? 0 : 2);
}
const lines: { bench: string; lines: readonly Line[] }[] = [];
for (const [name, load] of Object.entries(MAIN)) {
  if (named.length > 0 && !named.includes(name)) continue;
  lines.push({ bench: name, lines: await (await load()).bench() });
}
for (const [name, load] of Object.entries(OTHERS))
  if (named.includes(name)) await (await load()).bench();
if (lines.length > 0) console.log(`\n${tableOf(lines)}`);
