import type { RulesHistory } from "../rules-versions.ts";
import { logChange } from "./audit-log.ts";
import type { MemoryRows } from "./rows.ts";

export function rulesHistory(rows: MemoryRows): RulesHistory {
  return {
    async recordRules(version, at, entry) {
      rows.rules.set(version.sha, {
        createdAt: at,
        ...version,
        ...rows.rules.get(version.sha),
        activatedAt: at,
      });
      logChange(rows, entry);
    },
    async rulesVersions(limit) {
      return [...rows.rules.values()]
        .sort((a, b) => (a.activatedAt > b.activatedAt ? -1 : 1))
        .slice(0, limit)
        .map(({ sha, author, createdAt, activatedAt }) => ({
          sha,
          author,
          createdAt,
          activatedAt,
        }));
    },
    rulesDocument: async (sha) => rows.rules.get(sha)?.document,
  };
}
