import { isMoney } from "../markets/known-addresses.ts";
import type { Mention } from "../model/mention.ts";
import type { FoundToken } from "./tokens.ts";

/** What stands before a sum or a means of payment: "in $USDC", "with 300 $USDT", "$DEMO/$USDC". */
const PAID =
  /(?:(?:^|[^\p{L}])(?:in|with|for|to|into|from|of|using|via|against|per|by|en|con|mit|avec|com|за|в)\s+|\d\s?[kmb]?\s+|\/)(?:[\d.,]+\s?[kmb]?\s*)?(?:of\s+|in\s+)?$/iu;
const BEFORE_LENGTH = 40;

/** Reports about money itself: whatever else a post says of it is about something else. */
const NEWS_OF_MONEY: readonly Mention["type"][] = ["depeg", "security_alert"];

/**
 * Whether a stablecoin or a wrapped coin is only what the post pays with: beside another token, as
 * a sum, or by its name in passing. A report that it lost its peg or was attacked is about it.
 */
export function isOnlyMoney(
  { symbol, tokenCa, confidence, at }: FoundToken,
  { type, text, alone }: { type: Mention["type"]; text: string; alone: boolean },
): boolean {
  if (symbol === null || !isMoney(symbol) || NEWS_OF_MONEY.includes(type)) return false;
  if (!alone) return true;
  if (tokenCa !== null || confidence === 1) return false;
  const isNamed = !text.startsWith("$", at);
  return isNamed ? type === "mention" : PAID.test(text.slice(Math.max(0, at - BEFORE_LENGTH), at));
}
