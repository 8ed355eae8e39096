import type { ChangeEntry } from "./audit-log.ts";

export type RulesVersion = { sha: string; author: string; createdAt: string; activatedAt: string };

export type RulesHistory = {
  /**
   * Called for every activation, also of a version seen before (a rollback). The document of a sha
   * never changes.
   */
  recordRules(
    version: { sha: string; document: string; author: string },
    at: string,
    entry?: ChangeEntry,
  ): Promise<void>;
  /** The latest activated first. */
  rulesVersions(limit: number): Promise<RulesVersion[]>;
  rulesDocument(sha: string): Promise<string | undefined>;
};
