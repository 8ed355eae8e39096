import { iso } from "../../kit/time.ts";
import { postKey } from "../../model/raw-post.ts";
import { DEFAULT_TENANT } from "../../model/tenant.ts";
import type { PostHistory, PostListed, PostStep } from "../posts.ts";
import {
  type HeldEvidence,
  isOwn,
  type MemoryRows,
  type OutboxRecord,
  type PostRow,
} from "./rows.ts";

export function listedOf(row: PostRow): PostListed {
  const { source, id, author, text, postedAt } = row.post;
  const { acceptedAt, outcome, reason, lang, spam, sentiment } = row;
  return {
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
}

/** This store takes no time of its own: accept, dedup and store are 0 ms. */
export function historyOf(rows: MemoryRows, row: PostRow): PostHistory {
  const order = (step: PostStep & { place: number }) =>
    [step.at, String(step.place).padStart(2, "0"), step.eventKey ?? "", step.who ?? ""].join(" ");
  return {
    ...listedOf(row),
    trace: row.post.trace ?? null,
    traceFrom: row.post.traceFrom ?? null,
    steps: [...ownSteps(row), ...evidenceSteps(rows, row), ...deadSteps(rows, row)]
      .sort((a, b) => (order(a) < order(b) ? -1 : 1))
      .map(({ place: _, ...step }) => step),
  };
}

type PlacedStep = PostStep & { place: number };

const PLACES = ["", "sources", "filter", "refine", "dedup", "sweep", "enrich", "rules", "store"];

const step = (
  stage: string,
  outcome: string,
  at: string,
  more: Partial<PlacedStep> = {},
): PlacedStep => ({
  place: PLACES.indexOf(stage),
  ...{ stage, outcome, at, reason: null, eventKey: null, ms: null, who: null },
  ...more,
  shared: more.shared === undefined || more.shared === 1 ? null : more.shared,
});

function ownSteps(row: PostRow): PlacedStep[] {
  const accepted = { ms: 0, shared: row.acceptedWith };
  const requeued = row.requeuedAt === null ? [] : [step("sweep", "requeued", row.requeuedAt)];
  return [step("sources", "accepted", row.acceptedAt, accepted), ...judgedSteps(row), ...requeued];
}

function judgedSteps(row: PostRow): PlacedStep[] {
  const { judgedAt, outcome, reason, detail, filterMs, refineMs, judgedWith } = row;
  if (judgedAt === null) return [];
  const why = detail ? `${reason}: ${detail}` : reason;
  if (outcome === "dropped")
    return [step("filter", "dropped", judgedAt, { reason: why, ms: filterMs })];
  const dedup = { ms: 0, shared: judgedWith };
  const isRepeat = outcome === "duplicate";
  const refined = isRepeat ? [] : (row.eventKeys ?? []);
  return [
    step("filter", "passed", judgedAt, { ms: filterMs }),
    ...refined.map((eventKey) => step("refine", "mention", judgedAt, { eventKey, ms: refineMs })),
    ...(outcome === null || judgedWith === null
      ? []
      : [
          step("dedup", isRepeat ? "duplicate" : "first", judgedAt, {
            ...dedup,
            reason: isRepeat ? reason : null,
          }),
        ]),
  ];
}

function evidenceSteps(rows: MemoryRows, row: PostRow): PlacedStep[] {
  const keys = [...new Set([...(row.eventKeys ?? []), ...row.doneKeys])];
  return keys.flatMap((eventKey) => {
    const event = rows.events.get(eventKey);
    const held = event?.evidence.get(postKey(row.post));
    if (event === undefined || held === undefined) return [];
    const caused = event.outbox.filter(
      ({ createdAt, draft }) =>
        createdAt === held.committedAt || draft.payload.traces?.includes(row.post.trace ?? ""),
    );
    return [
      ...commitSteps(held, eventKey),
      ...caused.flatMap((delivery) => attemptSteps(rows, delivery)),
    ];
  });
}

function commitSteps({ committedAt, timings }: HeldEvidence, eventKey: string): PlacedStep[] {
  const shared = timings?.posts ?? null;
  const began = iso(Date.parse(committedAt) - (timings?.enrichMs ?? 0));
  const asked = Object.entries(timings?.enrich ?? {}).map(([who, [ms, status]]) =>
    step("enrich", status, began, { eventKey, ms, shared, who }),
  );
  const rules = timings && { eventKey, ms: timings.rulesMs, shared };
  return [
    ...asked,
    ...(rules ? [step("rules", "scored", committedAt, rules)] : []),
    step("store", "evidence", committedAt, { eventKey, ms: 0, shared }),
  ];
}

function attemptSteps(rows: MemoryRows, { draft, attempts, externalShared }: OutboxRecord) {
  const who = rows.channels.get(draft.channelId)?.name ?? null;
  if (!isOwn(DEFAULT_TENANT, draft.tenant)) return [];
  return attempts.map(({ at, ms, result, error }) => {
    const reason = [externalShared ? "in a digest" : null, error].filter(Boolean).join(": ");
    return step("notify", result, iso(Date.parse(at) - ms), {
      ...{ place: 11, reason: reason || null, eventKey: draft.eventKey, ms, who },
    });
  });
}

function deadSteps(rows: MemoryRows, row: PostRow): PlacedStep[] {
  const key = postKey(row.post);
  return [...rows.deadLetters.values()]
    .filter((deadLetter) => deadLetter.subject === key)
    .flatMap(({ stage, createdAt, replayedAt, reason }) => [
      step(stage, "dead", createdAt, { reason, place: 9 }),
      ...(replayedAt === null ? [] : [step(stage, "replayed", replayedAt, { place: 10 })]),
    ]);
}
