import type { DeadLetter } from "../../model/dead-letter.ts";
import type { DeadLetterStore } from "../dead-letters.ts";
import { logChange } from "./audit-log.ts";
import { buryPost, reopenPost } from "./posts.ts";
import {
  isOwn,
  type MemoryDeadLetter,
  type MemoryRows,
  newestFirst,
  putDeadLetter,
  reopenRow,
} from "./rows.ts";

export function deadLetterStore(rows: MemoryRows, own: string | null = null): DeadLetterStore {
  return {
    async bury(deadLetters, at) {
      for (const deadLetter of deadLetters) {
        const post = rows.posts.get(deadLetter.subject ?? "");
        if (buryDeadLetter(rows, deadLetter, at) && post !== undefined)
          buryPost(post, deadLetter.reason, at);
      }
    },
    async takeForReplay({ ids, stage, reason }, limit, at, entry) {
      const taken = [...rows.deadLetters.values()]
        .filter(
          (deadLetter) =>
            isOwn(own, deadLetter.tenant) &&
            deadLetter.replayedAt === null &&
            (ids === null || ids.includes(deadLetter.id)),
        )
        .filter(
          (deadLetter) =>
            (stage === null || deadLetter.stage === stage) &&
            (reason === null || deadLetter.reason === reason),
        )
        .sort((a, b) => a.id - b.id)
        .slice(0, limit);
      for (const deadLetter of taken) replay(rows, deadLetter, at);
      if (taken.length > 0)
        logChange(rows, entry, { after: { ids: taken.map(({ id }) => id) } }, own);
      return taken.map(({ id, stage, reason, payload, subject, replays }) => ({
        id,
        stage,
        reason,
        payload,
        subject,
        replays,
      }));
    },
    async deadLetters(filter, paging) {
      const found = [...rows.deadLetters.values()].filter(
        (deadLetter) =>
          isOwn(own, deadLetter.tenant) &&
          (filter.stage === null || deadLetter.stage === filter.stage) &&
          (filter.reason === null || deadLetter.reason === filter.reason) &&
          (filter.since === null || deadLetter.createdAt >= filter.since) &&
          (filter.replayed === null || (deadLetter.replayedAt !== null) === filter.replayed),
      );
      return newestFirst(
        found,
        paging,
        ({ id }) => ({ at: null, id }),
        ({ key: _, tenant: __, ...deadLetter }) => deadLetter,
      );
    },
  };
}

function replay(rows: MemoryRows, deadLetter: MemoryDeadLetter, at: string): void {
  deadLetter.replayedAt = at;
  deadLetter.replays += 1;
  const post = rows.posts.get(deadLetter.subject ?? "");
  if (post !== undefined) reopenPost(rows, post, at);
  const delivery = rows.outbox[Number(deadLetter.subject) - 1];
  if (deadLetter.stage === "deliveries" && delivery?.status === "dlq")
    reopenRow(rows, delivery, at);
}

/**
 * A dead letter whose replay failed too is open again; a mere repeat, or one from before the
 * replay, changes nothing and answers false.
 */
function buryDeadLetter(
  rows: MemoryRows,
  deadLetter: DeadLetter & { key: string },
  at: string,
): boolean {
  const held = rows.deadLetters.get(deadLetter.key);
  if (held !== undefined && (held.replayedAt === null || held.replayedAt >= at)) return false;
  putDeadLetter(rows, deadLetter, at);
  return true;
}
