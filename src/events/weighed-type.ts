import { ALARM_TYPES, EVENT_TYPES, type EventType } from "../model/scalars.ts";
import { asciiKey, type DraftRows } from "./rows.ts";
import type { Voice } from "./texts.ts";

/** Below this probability a post is no report. */
const REPORT_FROM = 0.4;
/** Of evidence that was stored before posts carried a probability. */
const UNTOLD_CONFIDENCE = 0.5;
/** An event by this many authors or fewer is news by one report. */
const FEW_AUTHORS = 3;
/** Of many authors this share must report it: talk alone yields a false report now and then. */
const REPORTING_SHARE = 0.04;
/** Sums are of whole millionths, so that they don't depend on the order of the summands. */
const MILLION = 1_000_000;
const LEAST_DOUBT = 1e-6;

/** What an event is called, and the probability 0..1 that it is one. */
export type WeighedType = { type: EventType; confidence: number };

/**
 * The reports of one type, each author once, by the surest of that author's posts: how many
 * authors, how many of them listed, their summed probability, and the summed logarithm of their
 * doubt, in millionths.
 */
export type TypeReports = { reporters: number; listed: number; weight: number; doubt: number };
export type ReportsByType = Partial<Record<EventType, TypeReports>>;

const NO_REPORTS: TypeReports = { reporters: 0, listed: 0, weight: 0, doubt: 0 };

type Report = { millionths: number; listed: boolean };

const reportOf = ({ typeConfidence = UNTOLD_CONFIDENCE, authorWeight }: Voice): Report => ({
  millionths: Math.round(typeConfidence * MILLION),
  listed: authorWeight > 0,
});

/** The surest first, then those of listed authors. */
const reportKey = ({ millionths, listed }: Report, textId: string): string =>
  `${String(MILLION - millionths).padStart(7, "0")}${listed ? 0 : 1}${textId}`;

function withReport(reports: TypeReports, report: Report | undefined, by: 1 | -1): TypeReports {
  if (report === undefined) return reports;
  const doubt = Math.max(1 - report.millionths / MILLION, LEAST_DOUBT);
  return {
    reporters: reports.reporters + by,
    listed: reports.listed + (report.listed ? by : 0),
    weight: reports.weight + by * report.millionths,
    doubt: reports.doubt + by * Math.round(Math.log(doubt) * MILLION),
  };
}

/**
 * Adds or takes away what a text that counts reports. The reports of each author are rows of a
 * group, the surest first.
 */
export function addReport(
  rows: DraftRows,
  reports: ReportsByType,
  { id, voice, by }: { id: string; voice: Voice; by: 1 | -1 },
): ReportsByType {
  const { type, typeConfidence = UNTOLD_CONFIDENCE, author } = voice;
  if (type === "mention" || typeConfidence < REPORT_FROM) return reports;
  const group = `report:${type}:${asciiKey(author)}`;
  const surest = () => rows.scan(group, { limit: 1 })[0]?.value as Report | undefined;
  const report = reportOf(voice);
  const before = surest();
  if (by > 0) rows.put(group, reportKey(report, id), report);
  else rows.delete(group, reportKey(report, id));
  const without = withReport(reports[type] ?? NO_REPORTS, before, -1);
  return { ...reports, [type]: withReport(without, surest(), 1) };
}

/** How many authors must report a type, or one listed author. */
function needed(type: EventType, authors: number): number {
  if (authors <= FEW_AUTHORS && !ALARM_TYPES.includes(type)) return 1;
  return Math.max(2, Math.ceil(authors * REPORTING_SHARE));
}

/**
 * The type of an event by the weighed reports of its authors, never by the strongest single guess:
 * an alarm needs two independent authors or one listed author. The type with the greatest summed
 * probability wins; among equals the stronger one. `authors`: how many speak in all.
 */
export function weighedType(reports: ReportsByType, authors: number): WeighedType {
  let best: WeighedType = { type: "mention", confidence: 1 };
  let bestWeight = 0;
  for (const type of EVENT_TYPES) {
    const { reporters, listed, weight, doubt } = reports[type] ?? NO_REPORTS;
    const isEnough = reporters >= needed(type, authors) || listed > 0;
    if (!isEnough || weight < bestWeight) continue;
    bestWeight = weight;
    best = { type, confidence: Math.round((1 - Math.exp(doubt / MILLION)) * 1000) / 1000 };
  }
  return best;
}
