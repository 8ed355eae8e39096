/** Ratings from -4 to 4 in VADER's sense, of words that the general lexicon lacks or reads otherwise. Our own list. */
type Rated = readonly (readonly [rating: number, words: string])[];

/** What these mean they mean everywhere. */
const ANYWHERE: Rated = [
  [-3.4, "rugpull rugpulled rugged scam scams scammed scammer scammers honeypot ponzi bankruptcy insolvent insolvency"],
  [
    -2.8,
    "hacked exploited phishing delisted rekt capitulation bagholder bagholders bloodbath depegged plummet plummeted plummets plummeting",
  ],
  [-2.2, "bearish fud ngmi selloff sell-off downtrend overvalued overbought depeg layoffs"],
  [1.5, "uptrend oversold undervalued hodl accumulating buyback outperform"],
  [2.2, "bullish rally rallies rallied rallying wagmi breakout skyrocket skyrockets skyrocketed skyrocketing parabolic"],
  [2.7, "mooning moonshot lfg 10x 50x 100x 1000x"],
];

/** What these mean they mean only where prices are spoken of: elsewhere "short", "green" and "up" are no praise and no blame. */
const ON_MARKETS: Rated = [
  [-3, "rug drained collapse collapsed collapsing crash crashed crashing worthless liquidated stolen fraud"],
  [
    -2.4,
    "plunge plunged plunges tanked tanking tanks nuked nuking exploit hack dump dumped dumping dumps lawsuit downgrade downgraded misses",
  ],
  [-2, "bear bears slump slumped tumble tumbled tumbles slides sliding sank sinking sinks bleeding wiped"],
  [
    -1.7,
    "drop dropped drops dropping fell falls falling decline declined declines declining loss losses loses losing red weak weakness",
  ],
  [
    -1.4,
    "short shorts shorting shorted sell selling sold down lower downside correction retrace outflow outflows inflation puts",
  ],
  [-0.9, "resistance volatile volatility uncertainty dilution headwinds cuts delay delayed lows"],
  [0.9, "support hold holding holders long longs calls patience entry loading loaded"],
  [
    1.4,
    "buy buying bought up higher upside gains gain gained rebound rebounds rebounded recovers recovered recovery inflow inflows beat highs",
  ],
  [
    1.7,
    "green bull bulls rise rises rising rose climbs climbing climbed jump jumps jumped jumping adoption partnership upgrade upgraded beats",
  ],
  [
    2.1,
    "surge surges surged surging soar soars soared soaring pump pumps pumping gem gems alpha ath profits profitable listing approved strong",
  ],
  [2.7, "moon lambo rocket generational"],
];

/** Pictures, by their first code point. */
const PICTURES: Rated = [
  [-2.6, "💀☠🤮🤬😡😠🖕💔😭📉"],
  [-1.8, "😢😞😔😩😫😤😱🤢👎🙄😒😰😨🤡🐻🔻❌🚨"],
  [-0.9, "😕😐😬😓😟🥶⚠🤦🥴"],
  [1, "😉😏🙂😌🙏🤝✅💡🎶✨⭐🌟"],
  [1.8, "😀😃😄😁😊☺😋😎🤗👍👏💪🙌😆😂🤣🐂🟢💎🔥📈🌈💯"],
  [2.6, "😍🥰😘❤💕💖💗💙💚💛💜🧡🖤🤩🥳🎉🎊🏆🚀🌕🤑"],
];

const byWord = (lists: Rated, parts: (words: string) => Iterable<string>) =>
  new Map(lists.flatMap(([rating, words]) => [...parts(words)].map((word) => [word, rating] as const)));

export const COINED: ReadonlyMap<string, number> = new Map([
  ...byWord(ANYWHERE, (words) => words.split(" ")),
  ...byWord(PICTURES, (pictures) => pictures),
]);
export const MARKET: ReadonlyMap<string, number> = byWord(ON_MARKETS, (words) => words.split(" "));

/** Whether a text speaks of prices: a cashtag, or a word of the trade. */
export const ABOUT_MARKETS =
  /\$[A-Za-z]{2,}|\b(?:bitcoin|btc|eth|ethereum|crypto\w*|altcoins?|coins?|tokens?|stocks?|shares?|market|markets|trad(?:e|es|er|ers|ing)|chart|price|prices|bull(?:ish|s)?|bear(?:ish|s)?|invest\w*|portfolio|earnings|nasdaq|s&p|etf|solana|doge|xrp|binance|wallet|hodl|defi|blockchain|futures|calls|puts|dividend)\b/i;
