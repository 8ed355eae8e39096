import type { Mention } from "../model/mention.ts";
import { ALARM_TYPES, EVENT_TYPES, type EventType } from "../model/scalars.ts";

/** Below this probability a post is no report. */
const REPORT_FROM = 0.4;
/** Of evidence that was stored before posts carried a probability. */
const UNTOLD_CONFIDENCE = 0.5;
/** An event by this many authors or fewer is news by one report. */
const FEW_AUTHORS = 3;
/** Of many authors this share must report it: talk alone yields a false report now and then. */
const REPORTING_SHARE = 0.04;

/** What an event is called, and the probability 0..1 that it is one. */
export type WeighedType = { type: EventType; confidence: number };

type Reporter = { confidence: number; listed: boolean };

/** For each type, its reporters: each author once, by the surest of that author's posts. */
function reportersOf(mentions: readonly Mention[]): Map<EventType, Map<string, Reporter>> {
  const byType = new Map<EventType, Map<string, Reporter>>();
  for (const { type, typeConfidence = UNTOLD_CONFIDENCE, author, authorWeight } of mentions) {
    if (type === "mention" || typeConfidence < REPORT_FROM) continue;
    const reporters = byType.get(type) ?? new Map<string, Reporter>();
    const known = reporters.get(author);
    if (known === undefined || known.confidence < typeConfidence)
      reporters.set(author, { confidence: typeConfidence, listed: authorWeight > 0 });
    byType.set(type, reporters);
  }
  return byType;
}

/** How many authors must report a type, or one listed author. */
function needed(type: EventType, authors: number): number {
  if (authors <= FEW_AUTHORS && !ALARM_TYPES.includes(type)) return 1;
  return Math.max(2, Math.ceil(authors * REPORTING_SHARE));
}

/**
 * The type of an event by the weighed reports of its authors, never by the strongest single guess:
 * an alarm needs two independent authors or one listed author. The type with the greatest summed
 * probability wins; among equals the stronger one. `mentions`: the first post of each text.
 */
export function weighedType(mentions: readonly Mention[]): WeighedType {
  const authors = new Set(mentions.map(({ author }) => author)).size;
  const byType = reportersOf(mentions);
  let best: WeighedType = { type: "mention", confidence: 1 };
  let bestWeight = 0;
  for (const type of EVENT_TYPES) {
    const reporters = [...(byType.get(type)?.values() ?? [])];
    const isEnough =
      reporters.length >= needed(type, authors) || reporters.some(({ listed }) => listed);
    const weight = reporters.reduce((sum, { confidence }) => sum + confidence, 0);
    if (!isEnough || weight < bestWeight) continue;
    bestWeight = weight;
    const doubt = reporters.reduce((left, { confidence }) => left * (1 - confidence), 1);
    best = { type, confidence: Math.round((1 - doubt) * 1000) / 1000 };
  }
  return best;
}
