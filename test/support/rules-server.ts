import { apiApp } from "../../src/api/app.ts";
import { VOCABULARY } from "../../src/enrich/registry.ts";
import { explainStored } from "../../src/rules/explain.ts";
import { loadRules } from "../../src/rules/load.ts";
import { memoryStore } from "../../src/store/memory/index.ts";
import { type RulesKv, rulesFromKv } from "../../workers/platform/rules-kv.ts";
import { fakePorts, NOW } from "./api.ts";

const rule = (name: string, condition: string) =>
  `      - { name: ${name}, condition: ${condition}, score: 1, reason: because }\n`;
/** Rules of one group, each worth 1. */
export const rulesFile = (rules: Record<string, string>): string =>
  `version: "1"\ngroups:\n  - name: g\n    rules:\n${Object.entries(rules)
    .map(([name, condition]) => rule(name, condition))
    .join("")}`;

export const BUILT_IN = rulesFile({ seen: "mentions > 0" });
const REREAD_MS = 5_000;

/**
 * The whole HTTP interface over the real rules store: a KV and a database in memory, a clock that
 * the test moves.
 */
export function rulesServer() {
  const kv = new Map<string, string>();
  const store = memoryStore();
  const counted: string[] = [];
  const clock = { now: NOW };
  const isolate = (): RulesKv =>
    rulesFromKv(
      {
        get: async (key) => kv.get(key) ?? null,
        put: async (key, value) => void kv.set(key, value),
      },
      store,
      { fallback: BUILT_IN, variables: {}, vocabulary: VOCABULARY, rereadMs: REREAD_MS },
      {
        now: () => clock.now,
        telemetry: {
          count: (name, labels) => counted.push(`${name} ${labels?.result}`),
          observe: () => undefined,
          sample: () => undefined,
        },
      },
    );
  const rules = isolate();
  const ports = fakePorts({
    store,
    now: () => clock.now,
    rules: {
      ...rules,
      load: (text) => loadRules(text, {}, VOCABULARY),
      versions: store.rulesVersions,
      vocabulary: VOCABULARY,
      backtestRows: async (since, limit) =>
        (await store.snapshots(since, limit)).map(({ signal }) => signal),
      now: () => clock.now,
    },
    async explain(signal) {
      const scoredBy = await rules.version(signal.rulesVersion);
      return scoredBy
        ? explainStored(scoredBy, signal)
        : { rulesVersion: signal.rulesVersion, error: "unknown" };
    },
  });
  const passReread = () => {
    clock.now += REREAD_MS;
  };
  return { app: apiApp(ports), kv, store, rules, isolate, counted, passReread };
}
