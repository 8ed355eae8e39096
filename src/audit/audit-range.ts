import type { Ruleset } from "../rules/score.ts";
import type { AuditStore, TallyDifference, UnaccountedPosts } from "../store/audit.ts";
import { type AuditFinding, checkEvent } from "./check-event.ts";

export type AuditRangePorts = {
  store: Pick<AuditStore, "changedEvents" | "unaccountedPosts" | "recountTallies">;
  /** Rules by their sha; undefined when they are no longer kept. */
  rulesVersion(sha: string): Promise<Ruleset | undefined>;
};

export type AuditRange = {
  /** ISO 8601; null: from the beginning. */
  since: string | null;
  until: string;
  limit: number;
  cursor: string | null;
};

/** What one page of the audit covered, and what it found. */
export type AuditPage = {
  since: string | null;
  until: string;
  /** Where the next audit begins, so that it covers what this one could not see yet. */
  watermark: string;
  events: number;
  /** Events with more evidence than a page reads: its number alone was compared. */
  tooLarge: number;
  rescored: number;
  findings: AuditFinding[];
  /** Answered with the first page. */
  unaccounted: UnaccountedPosts[];
  /** Numbers that are kept of rows and are not theirs. Answered by the first page of everything. */
  tallies: TallyDifference[];
  nextCursor: string | null;
};

/** Clocks differ by less, and a commit takes less: what is dated before `until` may come later. */
export const AUDIT_OVERLAP_MS = 5 * 60_000;

/**
 * Checks the events that were committed within a range of time, a page at a time, and the posts
 * that were accepted since its beginning.
 */
export async function auditRange(
  { since, until, limit, cursor }: AuditRange,
  { store, rulesVersion }: AuditRangePorts,
): Promise<AuditPage> {
  const { items, nextCursor } = await store.changedEvents(since, until, { limit, cursor });
  const shas = [...new Set(items.map(({ signal }) => signal.rulesVersion))];
  const rules = new Map(
    await Promise.all(shas.map(async (sha) => [sha, await rulesVersion(sha)] as const)),
  );
  const checked = items.map((item) => checkEvent(item, rules.get(item.signal.rulesVersion)));
  return {
    since,
    until,
    watermark: new Date(Date.parse(until) - AUDIT_OVERLAP_MS).toISOString(),
    events: checked.length,
    tooLarge: checked.filter(({ recounted }) => !recounted).length,
    rescored: checked.filter(({ rescored }) => rescored).length,
    findings: checked.flatMap(({ findings }) => findings),
    unaccounted: cursor === null ? await store.unaccountedPosts(since) : [],
    tallies: cursor === null && since === null ? await store.recountTallies() : [],
    nextCursor,
  };
}
