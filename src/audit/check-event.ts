import { gather, NOTHING } from "../events/gather.ts";
import { summarise } from "../events/summarise.ts";
import { TEXT_BOUNDS } from "../events/texts.ts";
import { identified } from "../model/subject.ts";
import type { TokenEvent } from "../model/token-event.ts";
import { type Ruleset, scoreRules } from "../rules/score.ts";
import type { AuditedEvent } from "../store/audit.ts";
import type { EventEvidence } from "../store/events.ts";
import { bandsOf } from "../text/near-duplicate/bands.ts";
import { isNearDuplicate } from "../text/near-duplicate/fingerprint.ts";

/** A figure that is not what it follows from. */
export type AuditFinding = {
  eventKey: string;
  /** The figure: a field of the event or of its signal, or what is missing. */
  what: string;
  stored: string;
  counted: string;
};

export type CheckedEvent = {
  findings: AuditFinding[];
  /** Recounted from all of its evidence. */
  recounted: boolean;
  /** Scored again by the rules that the signal names. */
  rescored: boolean;
};

/** Those that follow from the evidence, and from what a search found out about the token. */
const COUNTED = [
  "type",
  "chain",
  "symbol",
  "tokenCa",
  "evidenceCount",
  "copies",
  "uniqueAuthors",
  "startTs",
  "lastTs",
] as const satisfies (keyof TokenEvent)[];

/**
 * Counts an event again from all of its evidence, as if none of it had been there before; scores
 * its signal again from its snapshot of facts; and compares its notifications and their attempts
 * with what was counted when they were written. `rules`: those that the signal names; undefined
 * when they are no longer kept.
 */
export function checkEvent(audited: AuditedEvent, rules: Ruleset | undefined): CheckedEvent {
  const { evidence } = audited;
  const differences = [
    ...(evidence === null || evidence.length === 0
      ? countDifferences(audited)
      : recountDifferences(audited, evidence)),
    ...(rules === undefined ? [] : scoreDifferences(audited, rules)),
    ...deliveryDifferences(audited),
  ];
  return {
    findings: differences
      .filter(([, stored, counted]) => stored !== counted)
      .map(([what, stored, counted]) => ({
        eventKey: audited.event.eventKey,
        what,
        stored: String(stored),
        counted: String(counted),
      })),
    recounted: evidence !== null,
    rescored: rules !== undefined,
  };
}

type Compared = [what: string, stored: unknown, counted: unknown];

/** Without the evidence at hand, its number is what can be said. */
const countDifferences = ({ event, pieces }: AuditedEvent): Compared[] => [
  ["evidence", event.evidenceCount + event.copies, pieces],
];

function recountDifferences(
  { event, signal }: AuditedEvent,
  evidence: readonly EventEvidence[],
): Compared[] {
  const likeness = { same: isNearDuplicate, bandsOf, bounds: TEXT_BOUNDS };
  const { gathered } = gather(NOTHING, evidence, likeness);
  const { values } = signal.facts;
  const counted = identified(summarise(gathered).event, values);
  return [
    ...COUNTED.map((name): Compared => [name, event[name], counted[name]]),
    ["facts.evidence_count", values.evidence_count, counted.evidenceCount],
    ["facts.copies", values.copies, counted.copies],
    ["facts.unique_authors", values.unique_authors, counted.uniqueAuthors],
  ];
}

function scoreDifferences({ signal }: AuditedEvent, rules: Ruleset): Compared[] {
  const again = scoreRules(rules, signal.facts.values, signal.previousState);
  return [
    ["score", signal.score, again.score],
    ["state", signal.state, again.state],
    ["level", signal.level, again.level],
    ["riskLevel", signal.riskLevel, again.riskLevel],
  ];
}

function deliveryDifferences(audited: AuditedEvent): Compared[] {
  const { signal, deliveries, deliveryCount } = audited;
  return [
    ["notifications", deliveryCount, deliveries.length],
    ...deliveries.flatMap((row): Compared[] => {
      const { transition, state } = row.payload;
      // Written by the commit that wrote the signal, so it must announce the same.
      const ofThisSignal = row.createdAt === signal.ts && transition === signal.transition;
      return [
        [`attempts of notification ${row.id}`, row.attemptCount, row.attempts],
        [`state in notification ${row.id}`, ofThisSignal ? state : signal.state, signal.state],
      ];
    }),
  ];
}
