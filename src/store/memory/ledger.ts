import type { MemoryRows } from "./rows.ts";

export const HOUR_MS = 3_600_000;

/** The entry of the ledger of acceptances that a post counts in. */
export function ledgerOf(
  rows: MemoryRows,
  source: string,
  acceptedAt: string,
): { accepted: number; archived: number } {
  const hour = Math.floor(Date.parse(acceptedAt) / HOUR_MS) * HOUR_MS;
  const key = JSON.stringify([source, hour]);
  const entry = rows.acceptedPosts.get(key) ?? { accepted: 0, archived: 0 };
  rows.acceptedPosts.set(key, entry);
  return entry;
}

/** The counts of what was deleted, by outcome and reason. */
export const archivedOf = (
  rows: MemoryRows,
  what: "post" | "event" | "delivery",
): { outcome: string; reason: string; count: number }[] =>
  [...rows.archived].flatMap(([key, count]) => {
    const [kind, outcome, reason] = JSON.parse(key) as [string, string, string];
    return kind === what ? [{ outcome, reason, count }] : [];
  });
