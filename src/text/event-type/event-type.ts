import { ALARM_TYPES, EVENT_TYPES, type EventType } from "../../model/scalars.ts";
import { type SparseTable, unpackTable } from "../hashing/sparse-matrix.ts";
import { distinctRows, EVENT_TYPE_BITS, type EventTypeReading, readEventType } from "./features.ts";
import { reportShare } from "./hedge.ts";
import { clauseAt, isLootsForm, isPegOfAnother } from "./subject.ts";
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
  const type = EVENT_TYPES[column] ?? "mention";
  const confidence = Math.round(share * reportShare(text, type) * 1000) / 1000;
  const phrase = confidence < SURE_FROM ? "" : phraseFor(column, reading);
  return phrase === "" ? PLAIN_MENTION : { type, phrase, confidence };
}

const SENTENCE = /[^.!?\n。！？]+(?:[.!?\n。！？]+|$)/g;

type Sentence = { text: string; from: number; to: number };

/**
 * The statement of a sentence that names the token at `at`, where it makes more than one and
 * another token stands outside of it; else the whole sentence.
 */
function statementOf({ text, from }: Sentence, at: number, others: readonly number[]): string {
  const clause = clauseAt(text, at - from);
  const isOfAll = others.every((each) => each - from >= clause.from && each - from < clause.to);
  return isOfAll ? text : text.slice(clause.from, clause.to);
}

/** From this on a sentence alone raises the alarm of a post about one token. */
const SURE_SENTENCE = 0.6;
/** Of a long text so many are read one by one. */
const MAX_SENTENCES = 20;

/**
 * Returns the type for the token named at `at`, beside those named at `others`: its own sentence
 * decides, or the whole text when that is about this token alone. A lost peg of the coin that a
 * token is traded against is no report about the token.
 */
export function eventTypes(text: string): (at: number, others: readonly number[]) => TypedText {
  const sentences = Array.from(
    text.matchAll(SENTENCE),
    ({ 0: own, index }): Sentence => ({ text: own, from: index, to: index + own.length }),
  );
  const ofText = new Map<string, TypedText>();
  const typeOf = (part: string): TypedText => {
    const typed = ofText.get(part) ?? eventType(part);
    ofText.set(part, typed);
    return typed;
  };
  /** Of a post about one token: as a whole, or by the sentence that is surest of an alarm. */
  const typeOfAll = (): TypedText => {
    const whole = typeOf(text);
    if (whole.type !== "mention") return whole;
    const surest = sentences
      .slice(0, MAX_SENTENCES)
      .map((sentence) => typeOf(sentence.text))
      .filter(({ type, confidence }) => ALARM_TYPES.includes(type) && confidence >= SURE_SENTENCE)
      .sort((a, b) => b.confidence - a.confidence)[0];
    return surest ?? whole;
  };
  const typeOfOwn = (own: Sentence, at: number, others: readonly number[]): TypedText => {
    const beside = others.filter((other) => own.from <= other && other < own.to);
    const ofSentence = typeOf(own.text);
    const statement = statementOf(own, at, beside);
    if (statement === own.text) return ofSentence;
    const ofStatement = typeOf(statement);
    const isElsewhere = beside.some((other) => {
      const theirs = statementOf(own, other, [at]);
      return theirs !== own.text && typeOf(theirs).type === ofSentence.type;
    });
    return ofStatement.type !== "mention" || isElsewhere ? ofStatement : ofSentence;
  };
  return (at, others) => {
    const own = sentences.find(({ from, to }) => from <= at && at < to);
    if (own === undefined) return typeOfAll();
    const typed = typeOfOwn(own, at, others);
    if (typed.type === "depeg" && isPegOfAnother(own.text, at - own.from)) return PLAIN_MENTION;
    if (
      typed.type === "security_alert" &&
      others.length > 0 &&
      isLootsForm(own.text, at - own.from)
    )
      return PLAIN_MENTION;
    return typed.type === "mention" && others.length === 0 ? typeOfAll() : typed;
  };
}
