import type { WordRatings } from "./market.ts";

/** Each row of one word of every list, as phrases that bars part. */
const rowsOf = (...lists: string[]): string =>
  lists
    .map((list) => list.split("|"))
    .reduce((rows, words) => rows.flatMap((row) => words.map((word) => `${row} ${word}`)))
    .join("|");

const BE = "are|getting|get|got";
const BEATEN =
  "trapped|squeezed|destroyed|rekt|crushed|smashed|punished|liquidated|wrecked|cooked|exhausted|" +
  "done|finished|toast|nervous|underwater";
const DOWN_SIDE = "shorts|bears|sellers|shorters";
const UP_SIDE = "longs|bulls|buyers|holders";
const ENDED = "is over|are over|is gone|is done|is finished|is behind|has stopped|is fading";
const BROKEN = "broken|broke|is broken|has broken|invalidated|over|ended";
const HIGH_MARK =
  "resistance|its range|the range|the neckline|the trendline|the channel|its highs|the wedge";
const LOW_MARK = "support|its range|the range|the neckline|the trendline|the channel|its lows";

/**
 * Turns of the trade that mean the contrary of their words: what hurts those who bet on a fall is
 * good, and the end of what is bad is good. Phrases have two or three words.
 */
export const REVERSALS: WordRatings = [
  [2.9, rowsOf(DOWN_SIDE, BE, BEATEN)],
  [2.9, rowsOf(DOWN_SIDE, BEATEN)],
  [-2.9, rowsOf(UP_SIDE, BE, BEATEN)],
  [-2.9, rowsOf(UP_SIDE, BEATEN)],
  [
    2.2,
    rowsOf(
      "worst|bleeding|pain|fear|panic|fud|selling|capitulation|correction|dump|crash|sell-off|" +
        "selloff|downtrend|bottom|nightmare|drama|winter|bloodbath",
      ENDED,
    ),
  ],
  [
    -2.6,
    rowsOf("best|good times|hype|rally|party|run|uptrend|euphoria|momentum|top|pump|fun", ENDED),
  ],
  [
    2.9,
    rowsOf("broke|breaks|breaking|broken|break|pushed|pushes|closes|closed", "above", HIGH_MARK),
  ],
  [2.9, rowsOf("broke|breaks|breaking|cleared|clears|smashed|reclaimed|reclaims", HIGH_MARK)],
  [2.9, "broke above|breaks above|breaking above|broken above|closed above|closes above"],
  [-2.9, rowsOf("broke|breaks|breaking|broken|break|closes|closed|fell|falls", "below", LOW_MARK)],
  [-2.9, "broke below|breaks below|breaking below|broken below|closed below|closes below"],
  [
    -2.9,
    "rejected at resistance|rejected again|failed at resistance|support failed|support is gone",
  ],
  [2.6, "support held|support holds|held support|holds support|held perfectly|defended the lows"],
  [2.9, rowsOf("downtrend|down trend|bear trend|bear market", BROKEN)],
  [-2.9, rowsOf("uptrend|up trend|bull trend|bull market", BROKEN)],
  [
    2.9,
    "bear trap|no more sellers|sellers exhausted|seller exhaustion|weak hands out|hands are out",
  ],
  [-2.9, "bull trap|no more buyers|no bids left|buyers exhausted|buyer exhaustion|exit liquidity"],
  [2.9, "dip got bought|dips get bought|dip bought|bought the dip|buying this dip|on this dip"],
  [
    -2.9,
    "rally got sold|rallies get sold|rips get sold|sold the news|selling into strength|sold into",
  ],
  [2.9, "reason to sell|not selling a|nothing can stop|nothing stops|can't lose|cannot lose"],
  [-2.9, "not buying a|can't win|cannot win|nobody is buying|no one buying|bagholders everywhere"],
  [2.9, "be bearish here|stay bearish here"],
  [-1.8, "be bullish here|stay bullish here"],
  [
    2.9,
    "been more bullish|this bullish before|more bullish than|been so bullish|been this bullish",
  ],
  [-2.9, "been more bearish|more bearish than|been so bearish|been this bearish"],
  [
    2.9,
    "cut my shorts|covered my shorts|closed my shorts|shorts liquidated|interest is collapsing",
  ],
  [-2.9, "cut my longs|closed my longs|longs liquidated|knife still falling|top is in|tops in"],
  [2.9, "bottom is in|bottoms in|bottomed out|melt faces|face melting|killing it|crushed earnings"],
  [2.9, "crushed estimates|crushed it|beat and raise|beat and raised|after the beat|after a beat"],
  [
    -2.9,
    "after a miss|after the miss|missed estimates|misses estimates|missed and cut|cut guidance",
  ],
  [
    -2.9,
    "guidance cut|weak guidance|soft guidance|lowered guidance|priced for perfection|too expensive",
  ],
  [2.9, "guidance raised|raised guidance|strong guidance|on the upgrade|after the upgrade"],
  [-2.9, "on the downgrade|after the downgrade|volume is dying|team dumping|dumping on holders"],
  [
    2.6,
    rowsOf(
      "never been",
      "better|clearer|stronger|healthier|brighter|happier|easier|safer|busier|higher|larger|bigger",
    ),
  ],
  [2.6, rowsOf("never looked", "better|stronger|cleaner|brighter|healthier")],
  [-2.6, "never been worse|never been weaker|never been lower"],
  [-2.6, rowsOf("slips|slipped|falls|fell|drops|dropped", "behind|below|under")],
  [-2.4, rowsOf("plunges|tumbles|sinks|slides|crashes|plunged|tumbled|sank", "to|below|under")],
  [2.2, rowsOf("climbs|jumps|surges|rallies|rebounds|recovers|returns|rises", "above|back|past")],
  [2.4, rowsOf("hit|hits|at|new|set|sets", "record|a record|records|new records|an all-time")],
  [2.2, rowsOf("record", "volume|fees|revenue|activity|users|inflows|usage|earnings|demand")],
  [-2.4, "record low|record lows|record loss|record losses|record outflows|new lows"],
  [-2.4, rowsOf("brutal|nasty|ugly|sharp|heavy|weekend", "sell off|selloff|sell-off")],
  [-2.4, rowsOf("lowest", "price|level|close|point")],
  [-2.2, "net outflows|etf outflows|fund outflows"],
  [2.2, "net inflows|etf inflows|fund inflows|back-to-back inflows"],
  [2.2, "buying more|bought more|hints at buying|another purchase|new purchase|keeps buying"],
  [2.4, rowsOf("never|not|isn't|won't|wont|aren't|nobody is|no one is", "selling|selling my")],
  [-2.6, rowsOf("glad i|happy i", "sold|avoided|skipped|never bought")],
  [-2.6, "did not buy|didn't buy|didnt buy|sold the top|unlock of|token unlock|cliff unlock"],
  [2.6, rowsOf("wish i", "had bought|bought more|had more|held more|held on")],
  [-2.2, "so much for|good luck holders|good luck bagholders"],
  [1.8, rowsOf("so much|all this|just|the usual", "fud")],
  [2.9, "out of the red|back to green|ready to fly|behind us now"],
  [-2.9, "down we go|down bad|down only|lower we go|more pain ahead|pain ahead"],
  [2.9, "up we go|up only|higher we go"],
];
