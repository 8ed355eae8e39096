import { postKey } from "../../model/raw-post.ts";
import type { PostHistory } from "../read.ts";
import type { MemoryRows, PostRow } from "./rows.ts";

type Step = PostHistory["steps"][number];

export function historyOf(rows: MemoryRows, row: PostRow): PostHistory {
  const { source, id, author, text, postedAt } = row.post;
  const { acceptedAt, outcome, reason, lang, spam, sentiment } = row;
  const about = {
    source,
    id,
    author,
    text,
    postedAt,
    acceptedAt,
    outcome,
    reason,
    lang,
    spam,
    sentiment,
  };
  return {
    ...about,
    steps: stepsOf(rows, row).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
  };
}

function stepsOf(rows: MemoryRows, row: PostRow): Step[] {
  const key = postKey(row.post);
  const evidence = [...new Set([...(row.eventKeys ?? []), ...row.doneKeys])].flatMap((eventKey) => {
    const held = rows.events.get(eventKey)?.evidence.get(key);
    return held === undefined ? [] : [step("store", "evidence", held.committedAt, null, eventKey)];
  });
  const dead = [...rows.deadLetters.values()]
    .filter((deadLetter) => deadLetter.subject === key)
    .flatMap((deadLetter) => [
      step(deadLetter.stage, "dead", deadLetter.createdAt, deadLetter.reason),
      ...(deadLetter.replayedAt === null
        ? []
        : [step(deadLetter.stage, "replayed", deadLetter.replayedAt, null)]),
    ]);
  const requeued = row.requeuedAt === null ? [] : [step("sweep", "requeued", row.requeuedAt, null)];
  return [
    step("sources", "accepted", row.acceptedAt, null),
    ...judged(row),
    ...requeued,
    ...evidence,
    ...dead,
  ];
}

function judged(row: PostRow): Step[] {
  if (row.judgedAt === null) return [];
  if (row.outcome === "dropped")
    return [
      step(
        "filter",
        "dropped",
        row.judgedAt,
        row.detail ? `${row.reason}: ${row.detail}` : row.reason,
      ),
    ];
  if (row.outcome === "duplicate") return [step("dedup", "duplicate", row.judgedAt, row.reason)];
  return (row.eventKeys ?? []).map((eventKey) =>
    step("refine", "mention", row.judgedAt ?? row.acceptedAt, null, eventKey),
  );
}

const step = (
  stage: string,
  outcome: string,
  at: string,
  reason: string | null,
  eventKey: string | null = null,
): Step => ({
  stage,
  outcome,
  at,
  reason,
  eventKey,
});
