import { isMoney } from "../markets/known-addresses.ts";
import type { Mention } from "../model/mention.ts";
import { isCoin } from "./chain.ts";
import type { FoundToken } from "./tokens.ts";

/** What stands before a sum or a means of payment: "in $USDC", "with 300 $USDT", "$DEMO/$USDC". */
const PAID =
  /(?:(?:^|[^\p{L}])(?:in|with|for|to|into|from|of|using|via|against|per|by|en|con|mit|avec|com|за|в)\s+|\d\s?[kmb]?\s+|\/)(?:[\d.,]+\s?[kmb]?\s*)?(?:of\s+|in\s+)?$/iu;
const BEFORE_LENGTH = 40;

/** Reports about money itself: whatever else a post says of it is about something else. */
const NEWS_OF_MONEY: readonly Mention["type"][] = ["depeg", "security_alert"];

/** Coins in which art is priced, beside those of the chains that we follow. */
const ART_COINS: ReadonlySet<string> = new Set("XTZ POL MATIC AVAX ADA APE NEAR FLOW".split(" "));
/** A sum right before a coin: "8,88 $XTZ". */
const SUM = /(?:^|[^\p{L}\d.,])\d[\d.,]*\s?$/u;
const ART =
  /\b(?:nfts?|mint(?:ed|ing)?\s(?:price|for|at)|floor|editions?|1\s?\/\s?1|artworks?|my\s(?:piece|art|work)|collectors?|auction|reserve|bids?|objkt|opensea|magiceden|superrare)\b|[🖼🎨]/iu;
const PRIZE =
  /\b(?:win(?:ners?)?|prizes?|giveaways?|raffle|bount(?:y|ies)|share|salary|hackathon|incubation)\b/i;
const SENT =
  /(?:^|[^\p{L}])(?:send(?:ing|s)?|sent|deposit(?:ed|s)?|doubles?|transfer(?:red)?)\s+(?:\d[\d.,]*\s*)?(?:your\s+|of\s+)?(?:\p{L}+\/)?$/iu;
const SCAM = /\b(?:scams?|scammers?|fraud|fraudulent)\b/i;

/** A coin in which a picture or a prize is paid, or which a told scam asks for. */
function isPrice(symbol: string, text: string, at: number): boolean {
  if (at < 0 || !(isCoin(symbol) || ART_COINS.has(symbol))) return false;
  const before = text.slice(Math.max(0, at - BEFORE_LENGTH), at);
  if (SUM.test(before)) return ART.test(text) || PRIZE.test(text);
  return SENT.test(before) && SCAM.test(text);
}

/**
 * Whether a post only pays with the token: a stablecoin or a wrapped coin beside another token, as
 * a sum, or by its name in passing, and a coin as the price of a picture or a prize. A report that
 * a stablecoin lost its peg or was attacked is about it.
 */
export function isOnlyMoney(
  { symbol, tokenCa, confidence, at }: FoundToken,
  { type, text, alone }: { type: Mention["type"]; text: string; alone: boolean },
): boolean {
  if (symbol === null) return false;
  const isQuote = !alone && isMoney(symbol) && text[at - 1] === "/";
  if (isQuote) return true;
  if (NEWS_OF_MONEY.includes(type)) return false;
  if (!isMoney(symbol)) return tokenCa === null && confidence < 1 && isPrice(symbol, text, at);
  if (!alone) return true;
  if (tokenCa !== null || confidence === 1) return false;
  const isNamed = !text.startsWith("$", at);
  return isNamed ? type === "mention" : PAID.test(text.slice(Math.max(0, at - BEFORE_LENGTH), at));
}
