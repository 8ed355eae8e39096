/**
 * Quantities that holders like to see fall, and those that they like to see rise: "fees are at a
 * new low" is good, "users are at a new low" is bad, though both say the same of a number.
 */

/** What falls or rises to the holders' good (+1) or harm (-1). */
export type Movement = { side: 1 | -1; words: string };

const GREED = "fear (?:and|&|n) greed(?: index)?";
const BETTER_LOW =
  `(?!${GREED})(?:fear(?: index)?|fees|gas (?:fees?|costs?)|inflation|issuance|emissions|` +
  "dilution|exchange (?:balances?|reserves?|supply|inflows?)|" +
  "(?:balances?|reserves?|supply|coins) on exchanges|" +
  "sell(?:ing|er|side|-side)? pressure|sell orders|sellers|outflows|(?:exit|unstaking) queue|" +
  "bad debt|short interest|borrow(?:ing)? (?:rates?|costs?)|latency|failed transactions|churn|" +
  "(?:every|each) (?:dip|drop|sell-?off|correction|pullback))";
const BETTER_HIGH =
  `(?:${GREED}|(?:active )?(?:users|addresses|wallets|developers)|buyers|bids|` +
  "buy(?:ing)? pressure|demand|(?<!exchange )inflows|" +
  "(?<!\\b(?:put|call|sell) )(?:trading )?volumes?(?! ratio)|" +
  "(?<!for )liquidity|revenues?|tvl|activity|usage|" +
  "(?<!open )interest(?! rates?| payment)|hash ?rate|adoption|throughput|market share|mindshare|" +
  "(?:every|each) (?:bounce|rally|pump|rip|recovery))";

const OF_A_LOW =
  "(?:at|near|to|hit|hits|hitting|set|sets|made|makes|reach(?:es|ed)?) (?:an? |its |the |their )?" +
  "(?:new |fresh |record |all-?time |lifetime |yearly |monthly |\\w+-(?:year|month|week) )+";
const DOWN =
  `(?:${OF_A_LOW}lows?|dr(?:y|ies|ied|ying) up|fall(?:s|ing|en)?|fell|drop(?:s|ped|ping)?|` +
  "declin(?:es|ed|ing)|shrink(?:s|ing)?|shrank|sank|sinks|sinking|collaps(?:es|ed|ing)|" +
  "plung(?:es|ed|ing)|tumbl(?:es|ed|ing)|halv(?:es|ed|ing)|vanish(?:es|ed|ing)?|" +
  "evaporat(?:es|ed|ing)|fad(?:es|ed|ing)|eas(?:es|ed|ing)|(?:gets|getting|got|are|is) " +
  "(?:smaller|weaker|shallower|lower|thinner)|down (?:by )?\\d|gone|exhausted|cut (?:in half|by))";
const UP =
  `(?:${OF_A_LOW}highs?|ris(?:es|ing|en)|rose|grow(?:s|ing|n)?|grew|climb(?:s|ed|ing)?|` +
  "jump(?:s|ed|ing)?|surg(?:es|ed|ing)|soar(?:s|ed|ing)?|doubl(?:es|ed|ing)|tripl(?:es|ed|ing)|" +
  "spik(?:es|ed|ing)|explod(?:es|ed|ing)|up (?:by )?\\d|pil(?:es|ing) up|pick(?:s|ed|ing) up|" +
  "increas(?:es|ed|ing)|(?:gets|getting|got|are|is) (?:bigger|stronger|higher|deeper))";
/** The end of a statement, and what denies it, asks about it or supposes it. */
const WITHIN =
  "(?:(?!\\b(?:not|no|never|if|when|until|unless|before|hardly|than|but|and|while|as|will|would|" +
  "should|could|may|might|can|to)\\b|n't\\b)[^.,;:!?\\n]){0,36}?";
const MOVED = new RegExp(
  `(?<!\\b(?:no|not|if|when|until) )\\b(?:(${BETTER_LOW})|(${BETTER_HIGH}))\\b` +
    `${WITHIN}\\b(?:(${DOWN})|(${UP}))\\b`,
);
/** "Record outflows", "a drop in fees". */
const LESS = "(?:falling|shrinking|declining|dropping|fewer|(?:drop|fall|decline|slump|plunge) in)";
const MORE =
  "(?:record|growing|rising|surging|soaring|increasing|" +
  "(?:rise|jump|surge|growth|increase|spike) in)";
const MOVING = new RegExp(
  `(?<!\\b(?:no|not|if|without) (?:a )?)\\b(?:(${LESS})|(${MORE})) (?:\\w+ )?` +
    `(?:(${BETTER_LOW})|(${BETTER_HIGH}))\\b`,
);
/** Volume that is gone on the way down is sellers that are gone. */
const ON_THE_WAY_DOWN =
  /\bvolumes?\b.{0,30}\b(?:on the (?:way down|dip|pullback|retest)|sellers)\b/;

/** Words of which a text has one when a quantity moves in it. */
export const MOVEMENT_TRIGGERS = `low lows high highs dry dries dried drying fall falls falling
  fallen fell drop drops dropped dropping declines declined declining shrink shrinks shrinking
  shrank sank sinks sinking collapses collapsed collapsing plunges plunged plunging tumbles tumbled
  halves halved halving vanished vanishing evaporated evaporating fades faded fading eases eased
  easing smaller weaker shallower lower thinner down gone exhausted cut rises rising risen rose grow
  grows growing grown grew climbs climbed climbing jump jumps jumped surge surges surged surging
  soars soared soaring doubles doubled doubling triples tripled spike spikes spiked exploded
  exploding up increase increases increased increasing bigger stronger higher deeper record fewer
  rise growth decline slump plunge`;

/**
 * The first quantity of a text about a market that falls or rises, and what that is to holders;
 * undefined where none does. `lower` is folded and in lower case.
 */
export function movementIn(lower: string): Movement | undefined {
  const moved = MOVED.exec(lower);
  if (moved) {
    const [words, betterLow, , down] = moved;
    if (ON_THE_WAY_DOWN.test(lower) && down !== undefined) return { side: 1, words };
    return { side: (betterLow === undefined) === (down === undefined) ? 1 : -1, words };
  }
  const moving = MOVING.exec(lower);
  if (!moving) return undefined;
  const [words, less, , betterLow] = moving;
  return { side: (betterLow === undefined) === (less === undefined) ? 1 : -1, words };
}
