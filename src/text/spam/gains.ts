import { found, oneOf, wholeWord } from "./patterns.ts";

/** Coins given twice: the amount that is asked for, and a larger one that is promised. */
const AMOUNT =
  /(\d{1,9}(?:[.,]\d{1,6})?)\s{0,2}(btc|eth|sol|usdt|usdc|bnb|xrp|doge|trx|ton|ada)\b/g;
const SEND = new RegExp(
  oneOf(
    "\\bsend|\\bdeposit|\\btransfer|\\bcontribut|\\bpay\\b|\\benv[ií]|\\bmand[ae]|\\benvoy",
    "\\btrimit|\\bskicka|\\blähetä|\\bküld|\\bpošlji|στείλ|\\btransfér",
    "\\bsende|überweis|\\binvia|\\bmanda",
    "stuur|отправ|переве|надішл|gönder|yolla|转|送|보내|입금|kirim|gửi|chuyển|أرسل|حول|भेज|wyślij",
    "prześlij",
  ),
);
const TWICE = oneOf(
  "doubl(?:e|es|ed|ing)|twice (?:as much|what|the amount|back)",
  "\\b[2-5]x (?:back|in return|return)",
);
const STAKE = oneOf(
  "\\bcoins?|bitcoins?|btc|\\beth\\b|\\bsol\\b|deposits?|transfers?|you send|money|holdings|usdt",
  "\\$[a-z]",
);
const GIVEN = "\\b(?:coins?|deposits?|send|transfer|contribut\\w+)";
const DOUBLED = new RegExp(
  oneOf(
    `${TWICE}[^.!?]{0,50}${STAKE}`,
    `${GIVEN}[^.!?]{0,60}(?:doubled?|twice|\\b2x\\b|two ?fold)`,
  ),
);
const GIVEN_BACK = wholeWord(
  "back|return\\w*|receive|get|instantly|giveaway|event|live|official|guaranteed|founder",
  "foundation|celebrate|scan|qr",
);

const GAIN = new RegExp(
  oneOf(
    "\\b\\d{2,5}\\s?x\\b|\\bx\\s?\\d{2,4}\\b",
    "\\d{1,4} ?(?:%|percent|per cent) (?:daily|every|per|a day|hourly|weekly|profit)",
    "\\b(?:get|receive|earn|make|withdraw)s? (?:back )?\\$?\\d[\\d,]{2,9}",
    "only green candles|six figures",
    "(?:daily|weekly|hourly|passive) (?:profit|income|return|payout)s?|\\bprofits?\\b",
    "\\b(?:every|per|a) (?:day|week|month|hour)\\b|\\b(?:daily|weekly)\\b",
  ),
);
const PROMISE = wholeWord(
  "guarante\\w+|risk[- ]free|no risk|zero risk|without risk",
  "(?:no|zero) loss(?:es)?|never lose",
  "100 ?(?:%|percent) (?:sure|safe)|is certain|\\d+x sure|thank me later|cannot go down",
  "can'?t go down|sellers? (?:is|are) blocked|blocks sellers",
);

const numberOf = (digits: string) => Number(digits.replace(/,(?=\d{3}\b)/g, "").replace(",", "."));

/** "Send 1 ETH, receive 2 ETH": two amounts of one coin, the second at least half as much again. */
function twoAmounts(text: string): string | undefined {
  const amounts = [...text.matchAll(AMOUNT)];
  for (const [i, first] of amounts.entries()) {
    const second = amounts[i + 1];
    if (
      second &&
      first[2] === second[2] &&
      numberOf(second[1] ?? "") >= 1.5 * numberOf(first[1] ?? "")
    )
      return text.slice(first.index, second.index + second[0].length);
  }
  return undefined;
}

/** The words by which a text promises to give back more coins than it asks for. */
export function moreReturned(text: string): string | undefined {
  const amounts = SEND.test(text) ? twoAmounts(text) : undefined;
  return amounts ?? (GIVEN_BACK.test(text) ? found(text, DOUBLED) : undefined);
}

/** The words by which a text promises gains without risk. */
export const certainGains = (text: string): string | undefined =>
  GAIN.test(text) ? found(text, PROMISE) : undefined;
