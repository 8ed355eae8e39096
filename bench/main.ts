/**
 * `npm run bench` runs every benchmark, `npm run bench -- rules text` those that are named. They
 * print ratios against peers in the same run.
 */
const BENCHES: Record<string, () => Promise<{ bench(): Promise<unknown> }>> = {
  rules: () => import("./rules.ts"),
  text: () => import("./text.ts"),
  delivery: () => import("./delivery.ts"),
  enrichment: () => import("./enrichment.ts"),
  store: () => import("./store.ts"),
  events: () => import("./events.ts"),
  pipeline: () => import("./pipeline.ts"),
  cost: () => import("./cost.ts"),
  api: () => import("./api.ts"),
  stream: () => import("./stream.ts"),
  scale: () => import("./scale.ts"),
  short: () => import("./short.ts"),
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`usage: npm run bench [-- ${Object.keys(BENCHES).join("] [")}]`);
  process.exit(unknown.every((name) => name === "--help") ? 0 : 2);
}
for (const [name, load] of Object.entries(BENCHES)) {
  if (named.length === 0 || named.includes(name)) await (await load()).bench();
}

export {};
