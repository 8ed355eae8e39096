import type { DeadLetter } from "../../model/dead-letter.ts";
import type { ReplayAdmin } from "../admin.ts";
import type { DeadLetterStore } from "../store.ts";
import { reopenRow } from "./outbox.ts";
import { buryPost, reopenPost } from "./post-outcome.ts";
import type { LetterRow, MemoryRows } from "./rows.ts";

export function deadLetterStore(rows: MemoryRows): DeadLetterStore & ReplayAdmin {
  return {
    async bury(letters, at) {
      for (const letter of letters) {
        const post = rows.posts.get(letter.subject ?? "");
        if (buryLetter(rows, letter, at) && post !== undefined) buryPost(post, letter.reason, at);
      }
    },
    async takeForReplay({ ids, stage, reason }, limit, at) {
      const taken = [...rows.letters.values()]
        .filter((letter) => letter.replayedAt === null && (ids === null || ids.includes(letter.id)))
        .filter(
          (letter) =>
            (stage === null || letter.stage === stage) &&
            (reason === null || letter.reason === reason),
        )
        .sort((a, b) => a.id - b.id)
        .slice(0, limit);
      for (const letter of taken) replay(rows, letter, at);
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

function replay(rows: MemoryRows, letter: LetterRow, at: string): void {
  letter.replayedAt = at;
  letter.replays += 1;
  const post = rows.posts.get(letter.subject ?? "");
  if (post !== undefined) reopenPost(rows, post, at);
  const delivery = rows.outbox[Number(letter.subject) - 1];
  if (letter.stage === "deliveries" && delivery?.status === "dlq") reopenRow(rows, delivery, at);
}

/**
 * A letter whose replay failed too is open again; a mere repeat, or one from before the replay,
 * changes nothing and answers false.
 */
function buryLetter(rows: MemoryRows, letter: DeadLetter & { key: string }, at: string): boolean {
  const held = rows.letters.get(letter.key);
  if (held !== undefined && (held.replayedAt === null || held.replayedAt >= at)) return false;
  putLetter(rows, letter, at);
  return true;
}

export function putLetter(
  rows: MemoryRows,
  letter: DeadLetter & { key: string },
  at: string,
): void {
  const fresh = rows.letters.get(letter.key) ?? { id: ++rows.made.letters, replays: 0 };
  rows.letters.set(letter.key, {
    ...letter,
    id: fresh.id,
    replays: fresh.replays,
    createdAt: at,
    replayedAt: null,
  });
}
