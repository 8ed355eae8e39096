import type { DeadLetter } from "../../model/dead-letter.ts";
import type { ReplayAdmin } from "../admin.ts";
import type { DeadLetterStore } from "../index.ts";
import { reopenRow } from "./outbox.ts";
import { buryPost, reopenPost } from "./post-outcome.ts";
import type { MemoryDeadLetter, MemoryRows } from "./rows.ts";

export function deadLetterStore(rows: MemoryRows): DeadLetterStore & ReplayAdmin {
  return {
    async bury(deadLetters, at) {
      for (const deadLetter of deadLetters) {
        const post = rows.posts.get(deadLetter.subject ?? "");
        if (buryDeadLetter(rows, deadLetter, at) && post !== undefined)
          buryPost(post, deadLetter.reason, at);
      }
    },
    async takeForReplay({ ids, stage, reason }, limit, at) {
      const taken = [...rows.deadLetters.values()]
        .filter(
          (deadLetter) =>
            deadLetter.replayedAt === null && (ids === null || ids.includes(deadLetter.id)),
        )
        .filter(
          (deadLetter) =>
            (stage === null || deadLetter.stage === stage) &&
            (reason === null || deadLetter.reason === reason),
        )
        .sort((a, b) => a.id - b.id)
        .slice(0, limit);
      for (const deadLetter of taken) replay(rows, deadLetter, at);
      return taken.map(({ id, stage, reason, payload, subject, replays }) => ({
        id,
        stage,
        reason,
        payload,
        subject,
        replays,
      }));
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

export function putDeadLetter(
  rows: MemoryRows,
  deadLetter: DeadLetter & { key: string },
  at: string,
): void {
  const fresh = rows.deadLetters.get(deadLetter.key) ?? {
    id: ++rows.made.deadLetters,
    replays: 0,
  };
  rows.deadLetters.set(deadLetter.key, {
    ...deadLetter,
    id: fresh.id,
    replays: fresh.replays,
    createdAt: at,
    replayedAt: null,
  });
}
