import { clauseAt } from "../text/event-type/subject.ts";

/** How a text sounds, and which side it takes; null in languages that are not read. */
export type MoodValues = { sentiment: number | null; stance: number | null };
/** Where the tokens of a post stand in its text: the one that is asked about, and the others. */
type Places = { at: number; others: readonly number[] };

const SENTENCE = /[^\n]+?(?:[.!?。！？](?=\s|$)|(?=\n)|$)/g;
/** What parts a clause into pieces about one token each: "short $A, long $B". */
const PIECE =
  /[,;:|]\s+|\s[-–—|/]\s|\s(?:and|but|then)\s+(?=(?:buy|sell|long|short|dump|hold)\w*\s)/giu;
const NAME = /^\$?[^\s,;:()]+/u;

/** "$A (-1.2%)", "$B - up 9.4%": what the post itself says became of the price. */
const CHANGE =
  /^(?:['’]s)?(?:[\s:(]|\s[-–—]\s){0,3}(?:is\s|was\s|now\s)?(up|down|gains?|loses|\+|[-−–])\s?(?:only\s|by\s|another\s|just\s)?(\d+(?:[.,]\d+)?)\s?%/i;
const CHANGE_WITHIN = 40;
const RISES = /^(?:up|gains?|\+)$/i;

const GOOD = "better|stronger|cheaper|safer|faster|healthier|smarter|sounder|ahead|superior";
const BAD = "weaker|worse|slower|riskier|behind|inferior";
/** Between two tokens: the first is said to be better, or worse, than the second. */
const IS_BETTER = new RegExp(
  "^[^$.]{0,30}(?:>|(?<![\\p{L}])(?:outperform|outpac|outshin|beat|crush|smok|flip|overtak|" +
    "overtook|surpass|eats|ate|kill|dominat|leapfrog)\\p{L}*|" +
    `(?<![\\p{L}])(?:${GOOD})\\s(?:[^$.]{0,20}\\s)?(?:than|of|to)|` +
    "(?<![\\p{L}])(?:over|not|instead\\sof|rather\\sthan))\\s+(?:the\\s|my\\s|your\\s)?$",
  "iu",
);
const IS_WORSE = new RegExp(
  "^[^$.]{0,30}(?:(?<![\\p{L}])(?:lag|underperform|trail|loses?\\sto|lost\\sto)\\p{L}*|" +
    `(?<![\\p{L}])(?:${BAD})\\s(?:[^$.]{0,20}\\s)?(?:than|of|to)|` +
    "(?<![\\p{L}])(?:bleed|bled|los|weak|slid|sink)\\p{L}*" +
    "\\s(?:[^$.]{0,12}\\s)?(?:against|versus|vs))" +
    "\\s+$",
  "iu",
);
/** "I would rather hold $A than $B". */
const RATHER = /\b(?:rather|sooner|prefer\p{L}*)\b[^$.]{0,30}$/iu;
const THAN = /^[^$.]{0,20}\s(?:than|to)\s+(?:the\s|my\s|your\s)?$/iu;
const BESIDE = /(?:compared|next|relative)\s+to\s+$/iu;
/** "sold my $A for $B", "out of $A into $B": from the first into the second. */
const FROM = new RegExp(
  "(?<![\\p{L}])(?:sold|sell|dump|rotat|swap|switch|mov|exit|left|leav|ditch|trad|drop|flow|" +
    "out\\sof|from|replac)\\p{L}*(?![\\p{L}])[^$.,;]{0,30}$",
  "iu",
);
const INTO =
  /^(?:['’]s)?[^$.;]{0,25}\s(?:for|into|to|and\sb(?:uy|ought)|in\sfavou?r\sof)\s[^$.;]{0,15}$/iu;
const UNLIKE = /(?:^|[^\p{L}])unlike\s+(?:the\s|your\s)?$/iu;
const FORGET = /(?:^|[^\p{L}])(?<!(?:never|n['’]t|not)\s)forget(?:\sabout)?\s+(?:the\s|your\s)?$/iu;

/** How strongly a comparison speaks, beside a text that is all praise. */
const BY_RELATION = { sentiment: 0.3, stance: 0.6 };

const thousandths = (value: number): number => Math.round(value * 1000) / 1000 + 0;

const towards = (side: number): MoodValues => ({
  sentiment: thousandths(side * BY_RELATION.sentiment),
  stance: thousandths(Math.max(-1, Math.min(1, side * BY_RELATION.stance))),
});

/** A tenth at least, and at most as much as a comparison says twice. */
const BY_PERCENT = 0.03;

function ofChange(word: string, percent: string): MoodValues {
  const size = Math.min(2, (0.1 + BY_PERCENT * Number(percent.replace(",", "."))) / 0.3);
  return towards(RISES.test(word) ? size : -size);
}

/** +1 where the first of two tokens is favoured over the second, -1 the other way, 0 neither. */
function favoured(before: string, between: string, soundOf: (part: string) => number): number {
  if (FROM.test(before) && INTO.test(between)) return -1;
  if (IS_WORSE.test(between)) return -1;
  if (IS_BETTER.test(between)) return 1;
  if (RATHER.test(before) && THAN.test(between)) return 1;
  return BESIDE.test(between) ? Math.sign(soundOf(between.replace(BESIDE, ""))) : 0;
}

const hasWords = (piece: string): boolean => /\p{L}{2}/u.test(piece);

/** The pieces of a clause, one for each token in it; undefined when some token has none. */
function pieceOf(clause: string, at: number, others: readonly number[]): string | undefined {
  const ends = [...clause.matchAll(PIECE)].map(({ index, 0: mark }) => ({
    to: index,
    next: index + mark.length,
  }));
  const bounds = (place: number) => {
    const from = ends.findLast(({ next }) => next <= place)?.next ?? 0;
    const to = ends.find((end) => end.to > place)?.to ?? clause.length;
    return { from, to };
  };
  const all = [at, ...others];
  const isOwn = (place: number) => {
    const { from, to } = bounds(place);
    const rest = clause.slice(from, place) + clause.slice(place, to).replace(NAME, "");
    const alone = all.filter((each) => each >= from && each < to).length === 1;
    return alone && hasWords(rest);
  };
  if (!all.every(isOwn)) return undefined;
  const { from, to } = bounds(at);
  return clause.slice(from, to);
}

/** By a comparison with the token before or behind it in the clause. */
function byRelation(
  clause: string,
  at: number,
  others: readonly number[],
  soundOf: (part: string) => number,
): number {
  const behind = Math.min(...others.filter((each) => each > at), clause.length + 1);
  const ahead = Math.max(...others.filter((each) => each < at), -1);
  const nameEnd = (place: number) => place + (NAME.exec(clause.slice(place))?.[0].length ?? 0);
  const side = (first: number, second: number) =>
    favoured(clause.slice(0, first), clause.slice(nameEnd(first), second), soundOf);
  const asFirst = behind <= clause.length ? side(at, behind) : 0;
  return asFirst !== 0 || ahead < 0 ? asFirst : -side(ahead, at);
}

/** The clause that names a token, the places of those within it, and the text behind the clause. */
type Statement = { clause: string; at: number; beside: readonly number[]; rest: string };

/** The sentence that names a token, where it begins in the text, and where the tokens stand. */
function statementOf(sentence: string, index: number, { at, others }: Places): Statement {
  const { from, to } = clauseAt(sentence, at - index);
  const clause = sentence.slice(from, to);
  const start = index + from;
  const beside = others
    .map((each) => each - start)
    .filter((each) => each >= 0 && each < clause.length);
  return { clause, at: at - start, beside, rest: sentence.slice(to) };
}

/** What the post says became of the price of the token at `at`. */
function byChange(text: string, at: number): MoodValues | undefined {
  const end = at + (NAME.exec(text.slice(at))?.[0].length ?? 0);
  const change = CHANGE.exec(text.slice(end, end + CHANGE_WITHIN));
  return change ? ofChange(change[1] ?? "", change[2] ?? "") : undefined;
}

/**
 * The mood for the token that stands at a place of a post that names several: what the post says
 * of its price, a comparison with another token, or how its own statement sounds; else the mood of
 * the whole. `read` rates a part of the text.
 */
export function moodsByToken(
  text: string,
  whole: MoodValues,
  read: (part: string) => MoodValues,
): (places: Places) => MoodValues {
  const rate = (part: string): MoodValues => {
    const { sentiment, stance } = read(part);
    return { sentiment, stance };
  };
  const soundOf = (part: string): number => rate(part).sentiment ?? 0;
  let sentences: RegExpExecArray[] | undefined;
  const sentenceAt = (at: number) => {
    sentences ??= [...text.matchAll(SENTENCE)];
    return sentences.find(({ 0: own, index }) => index <= at && at < index + own.length);
  };
  const moodOf = (places: Places): MoodValues => {
    const change = byChange(text, places.at);
    if (change) return change;
    const own = sentenceAt(places.at);
    if (own === undefined) return whole;
    const { clause, at, beside, rest } = statementOf(own[0], own.index, places);
    if (FORGET.test(clause.slice(0, at))) return towards(-1);
    if (UNLIKE.test(clause.slice(0, at))) return towards(-Math.sign(soundOf(rest)));
    if (beside.length === 0) return rate(clause);
    const side = byRelation(clause, at, beside, soundOf);
    if (side !== 0) return towards(side);
    const piece = pieceOf(clause, at, beside);
    if (piece !== undefined) return rate(piece);
    return beside.length === places.others.length ? whole : rate(clause);
  };
  return (places) => {
    if (places.others.length === 0 || places.at < 0 || whole.sentiment === null) return whole;
    const { sentiment, stance } = moodOf(places);
    return { sentiment, stance: whole.stance === null ? null : stance };
  };
}
