import { EVENT_TYPES, type EventType } from "../../model/scalars.ts";
import { type SparseTable, unpackTable } from "../hashing/sparse-matrix.ts";
import { distinctRows, EVENT_TYPE_BITS, type EventTypeReading, readEventType } from "./features.ts";
import { reportShare } from "./hedge.ts";
import { EVENT_TYPE_WEIGHTS } from "./weights/event-type.ts";

/**
 * The type, the words that decided it (empty for a plain mention), and the probability 0..1 that
 * the text reports an event of this type.
 */
export type TypedText = { type: EventType; phrase: string; confidence: number };
const PLAIN_MENTION: TypedText = { type: "mention", phrase: "", confidence: 1 };

const MAX_PHRASE = 5;
/** A rocket or an address alone says nothing of an event. */
const LEAST_WORDS = 1;
const IS_WORD = /^\p{L}|^<(?:exchange|gallery|chain|stable)>/u;
const MENTION = EVENT_TYPES.indexOf("mention");

let unpacked: SparseTable | undefined;

function table(): SparseTable {
  unpacked ??= unpackTable(EVENT_TYPE_WEIGHTS.table, 1 << EVENT_TYPE_BITS, EVENT_TYPES.length);
  return unpacked;
}

/** Adds what the rows say for each type to `sums`. */
function addVotes(rows: readonly number[], sums: Float64Array): Float64Array {
  const { starts, columns, values } = table();
  for (const row of rows) {
    const end = starts[row + 1] as number;
    for (let entry = starts[row] as number; entry < end; entry++) {
      (sums[columns[entry] as number] as number) +=
        (values[entry] as number) * EVENT_TYPE_WEIGHTS.step;
    }
  }
  return sums;
}

/** A type whose share of the softmax is less than this is a guess, and a guess is no news. */
const SURE_FROM = 0.3;

/**
 * The column of the likeliest type and its share of the softmax; a mention unless that is likely
 * enough. Trainer and Worker share it.
 */
export function likeliestType(scores: ArrayLike<number>): { column: number; share: number } {
  const all = Array.from(scores);
  const top = Math.max(...all);
  const share = 1 / all.reduce((total, score) => total + Math.exp(score - top), 0);
  return share >= SURE_FROM ? { column: all.indexOf(top), share } : { column: MENTION, share: 1 };
}

/** The words in a row that speak most for the type rather than for a plain mention. */
function phraseFor(type: number, { text, words, rows }: EventTypeReading): string {
  const gains = rows.map((own) => {
    const sums = addVotes(own, new Float64Array(EVENT_TYPES.length));
    return (sums[type] as number) - (sums[MENTION] as number);
  });
  let best = { gain: 0, from: 0, to: 0 };
  for (const [first, { from }] of words.entries()) {
    let gain = 0;
    for (let last = first; last < Math.min(words.length, first + MAX_PHRASE); last++) {
      gain += gains[last] as number;
      if (gain > best.gain) best = { gain, from, to: words[last]?.to ?? 0 };
    }
  }
  return text.slice(best.from, best.to);
}

/**
 * The likeliest type of a text by a softmax regression over its words and pairs of words
 * (docs/text.md has its figures).
 */
export function eventType(text: string): TypedText {
  const reading = readEventType(text);
  if (reading.words.filter(({ form }) => IS_WORD.test(form)).length < LEAST_WORDS)
    return PLAIN_MENTION;
  const { rows, value } = distinctRows(reading);
  const votes = addVotes(rows, new Float64Array(EVENT_TYPES.length));
  const scores = EVENT_TYPE_WEIGHTS.bias.map((bias, i) => bias + (votes[i] as number) * value);
  const { column, share } = likeliestType(scores);
  if (column === MENTION) return PLAIN_MENTION;
  const confidence = Math.round(share * reportShare(text) * 1000) / 1000;
  const phrase = confidence < SURE_FROM ? "" : phraseFor(column, reading);
  return phrase === ""
    ? PLAIN_MENTION
    : { type: EVENT_TYPES[column] ?? "mention", phrase, confidence };
}

const SENTENCE = /[^.!?\n。！？]+(?:[.!?\n。！？]+|$)/g;

/**
 * Returns the type for the token named at `at`: its own sentence decides, or the whole text when
 * that is about this token alone.
 */
export function eventTypes(text: string): (at: number, alone: boolean) => TypedText {
  const sentences = [...text.matchAll(SENTENCE)];
  let whole: TypedText | undefined;
  const ofWhole = () => {
    whole ??= eventType(text);
    return whole;
  };
  return (at, alone) => {
    const own = sentences.find(
      (sentence) => sentence.index <= at && at < sentence.index + sentence[0].length,
    );
    if (at < 0 || own === undefined || sentences.length === 1) return ofWhole();
    const typed = eventType(own[0]);
    return typed.type === "mention" && alone ? ofWhole() : typed;
  };
}
