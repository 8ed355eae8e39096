import type { FactValues } from "../model/facts.ts";
import { canonicalAddress, type Mention, type TokenRef } from "../model/mention.ts";
import { Chain } from "../model/scalars.ts";
import type { TokenEvent } from "../model/token-event.ts";
import { type GatheredEvidence, tallyOf } from "./gather.ts";
import { heatSlope, spanMinutes } from "./pace.ts";
import { type DraftRows, draftRows } from "./rows.ts";
import { MOOD_STEPS, meanOf, type Tally, withChain } from "./tally.ts";
import type { EventText } from "./texts.ts";
import { leadingWords, type WordCount } from "./top-words.ts";
import { weighedType } from "./weighed-type.ts";

const rounded = (value: number, digits = 4): number =>
  Math.round(value * 10 ** digits) / 10 ** digits + 0;

const roundedOrNull = (value: number | null): number | null =>
  value === null ? null : rounded(value);

type KnownToken = { ref: TokenRef; symbol: string | null; chains: readonly WordCount[] };

/** The best-known token of an event: an address, a symbol and a chain where any mention has them. */
const bestToken = ({ ref, symbol, chains }: KnownToken): TokenRef => ({
  ...ref,
  // Evidence of older versions has addresses as they were written.
  tokenCa: ref.tokenCa && canonicalAddress(ref.tokenCa),
  chain: Chain.catch(ref.chain).parse(chains[0]?.word),
  symbol,
});

const tokenIn = ({ token, symbol, chains }: Tally): TokenRef =>
  bestToken({ ref: token.ref, symbol: symbol?.word ?? null, chains });

/** Whether providers are asked the same about both. */
export const isSameToken = (one: TokenRef, other: TokenRef): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Of an event to which mentions come. There must be at least one, known or new. */
export function tokenOf(before: GatheredEvidence, mentions: readonly Mention[]): TokenRef {
  const held = tallyOf(before);
  const refs = [...(held ? [held.token.ref] : []), ...mentions.map(({ token }) => token)];
  const [first] = refs;
  if (first === undefined) throw new RangeError("an event needs evidence");
  return bestToken({
    ref: refs.reduce((a, b) => (b.confidence > a.confidence ? b : a), first),
    symbol: held?.symbol?.word ?? refs.find(({ symbol }) => symbol !== null)?.symbol ?? null,
    chains: mentions.reduce((chains, { token }) => withChain(chains, token), held?.chains ?? []),
  });
}

/**
 * The event and the facts about it that follow from its evidence. The evidence must not be empty;
 * the result does not depend on its order.
 */
export function summarise(gathered: GatheredEvidence): {
  event: TokenEvent;
  facts: FactValues;
} {
  const tally = tallyOf(gathered);
  if (tally === undefined) throw new RangeError("an event needs evidence");
  const rows = draftRows(gathered.rows);
  // A guessed time is when we saw the post: it says nothing about the pace of an event.
  const [pace, paceRows] = tally.dated ? [tally.dated, "dated"] : [tally.guessed, "guessed"];
  const token = tokenIn(tally);
  const sentiment = roundedOrNull(meanOf(tally.sentiment));
  const { sides } = tally;
  const counts = {
    evidenceCount: tally.originals,
    copies: tally.posts - tally.originals,
    uniqueAuthors: tally.authors,
  };
  const { type, confidence } = weighedType(tally.reports, tally.authors);
  return {
    event: {
      eventKey: tally.eventKey,
      type,
      symbol: token.symbol,
      tokenCa: token.tokenCa,
      chain: token.chain,
      summary: headline(rows, tally, token),
      windowStart: tally.windowStart,
      startTs: tally.startTs,
      lastTs: tally.lastTs,
      ...counts,
    },
    facts: {
      sentiment,
      last_sentiment_score: sentiment,
      sentiment_min: moodOf(rows, false),
      sentiment_max: moodOf(rows, true),
      stance: roundedOrNull(meanOf(tally.stance)),
      stance_share: sides.all === 0 ? null : rounded(sides.favourable / sides.all),
      mentions: tally.posts,
      evidence_count: counts.evidenceCount,
      unique_authors: counts.uniqueAuthors,
      copies: counts.copies,
      texts_by_hash: tally.byHash,
      followers_max: tally.followersMax,
      age_minutes: pace ? rounded(spanMinutes(pace), 2) : 0,
      heat_slope: pace ? rounded(heatSlope(rows, paceRows, pace)) : 0,
      kol_mentions: tally.listedAuthors,
      time_guessed: tally.guessed ? 1 : 0,
      type,
      type_confidence: confidence,
      keywords: leadingWords(rows),
      lang: tally.langs[0]?.word ?? null,
      chain: token.chain,
      symbol: token.symbol,
    },
  };
}

/** The least or the greatest sentiment of an original. */
function moodOf(rows: DraftRows, greatest: boolean): number | null {
  const [row] = rows.scan("mood", { limit: 1, descending: greatest });
  return row === undefined ? null : rounded(Number(row.key) / MOOD_STEPS - 1);
}

/** One line for people: how many speak of what, and the words of the one most people follow. */
function headline(rows: DraftRows, tally: Tally, token: TokenRef): string {
  const [voice] = [
    ...rows.scan("voice", { limit: 1 }),
    // The earliest text always counts.
    ...rows.scan("time", { limit: 1 }),
  ];
  const text = rows.get("text", voice?.value as string) as EventText;
  const { originals, authors } = tally;
  const name = token.symbol ? `$${token.symbol}` : token.tokenCa;
  const posts = originals === 1 ? "1 post" : `${originals} posts`;
  return (
    `${posts} by ${authors} ${authors === 1 ? "author" : "authors"} about ${name}: ` +
    `${text.first.excerpt}`
  );
}
