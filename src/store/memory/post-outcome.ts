import type { Judgement } from "../index.ts";
import { type MemoryRows, type PostRow, schedulePost } from "./rows.ts";

type Dropped = Judgement & { outcome: "dropped" };
type Pending = Judgement & { outcome: "pending" };

/** What an event holds is evidence, whatever a later look at the post says. */
export function dropPost(row: PostRow, judgement: Dropped, at: string): void {
  noteText(row, judgement, at);
  if (row.doneKeys.length > 0) takeAsEvidence(row, at);
  else end(row, "dropped", judgement.reason, at, judgement.evidence);
}

export function keepPost(
  row: PostRow,
  judgement: Pending,
  repeatOf: string | undefined,
  at: string,
): void {
  noteText(row, judgement, at);
  if (repeatOf !== undefined && row.doneKeys.length === 0) {
    end(row, "duplicate", `repeat of ${repeatOf}`, at);
  } else {
    row.outcome = "pending";
    row.eventKeys = judgement.eventKeys;
    endWhenHeld(row, at);
  }
}

/** A commit took a mention of the post. */
export function holdPost(row: PostRow, eventKey: string, at: string): void {
  if (!row.doneKeys.includes(eventKey)) row.doneKeys = [...row.doneKeys, eventKey];
  if (row.outcome === "dropped" || row.outcome === "duplicate") takeAsEvidence(row, at);
  else endWhenHeld(row, at);
}

/** An open post that a dead letter names; one that ended keeps its outcome. */
export function buryPost(row: PostRow, reason: string, at: string): void {
  if (row.endedAt === null) end(row, "dead", reason, at);
}

/** A replay gives a dead post another chance. */
export function reopenPost(rows: MemoryRows, row: PostRow, at: string): void {
  if (row.outcome !== "dead") return;
  Object.assign(row, {
    outcome: row.eventKeys === null ? null : "pending",
    reason: null,
    endedAt: null,
    requeuedAt: at,
  });
  schedulePost(rows, row);
}

function noteText(
  row: PostRow,
  { lang, spam, sentiment, fingerprint }: Judgement,
  at: string,
): void {
  Object.assign(row, { lang, spam, sentiment, fingerprint, judgedAt: at });
}

function endWhenHeld(row: PostRow, at: string): void {
  const keys = row.eventKeys ?? [];
  const held = keys.length > 0 && keys.every((key) => row.doneKeys.includes(key));
  if (held && row.outcome !== "evidence") end(row, "evidence", null, at);
}

function takeAsEvidence(row: PostRow, at: string): void {
  row.eventKeys = row.doneKeys;
  end(row, "evidence", null, at);
}

function end(
  row: PostRow,
  outcome: PostRow["outcome"],
  reason: string | null,
  at: string,
  detail: string | null = null,
): void {
  Object.assign(row, { outcome, reason, detail, endedAt: at });
}
