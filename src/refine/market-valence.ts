/** What words mean on a market, in VADER's ratings (-4 to 4): our own list. It overrides the general lexicon, where "bull" is nothing and "short" neither. */
const RATED: readonly (readonly [rating: number, words: string])[] = [
  [
    -3.4,
    "rugpull rugpulled rugged scam scams scammed scammer scammers honeypot ponzi fraud bankrupt bankruptcy insolvent insolvency",
  ],
  [
    -3,
    "rug hacked exploited drained stolen phishing collapse collapsed collapsing crash crashed crashing delisted worthless liquidated",
  ],
  [
    -2.6,
    "rekt plummet plummeted plummets plummeting plunge plunged plunges tanked tanking tanks nuked nuking capitulation bagholder bagholders",
  ],
  [
    -2.4,
    "exploit hack dump dumped dumping dumps selloff sell-off bloodbath depeg depegged lawsuit sued downgrade downgraded downgrades misses",
  ],
  [
    -2,
    "bear bears bearish fud slump slumped tumble tumbled tumbles slides sliding sank sinking sinks overvalued bleeding wiped delist ngmi",
  ],
  [
    -1.7,
    "drop dropped drops dropping fell falls falling decline declined declines declining losses loses losing red weak weakness sell sells",
  ],
  [
    -1.4,
    "short shorts shorting shorted selling down lower downtrend downside correction retrace dip-lower fear outflow outflows inflation",
  ],
  [
    -1,
    "resistance overbought volatile volatility uncertainty uncertain dilution dilutive layoffs headwinds puts puke cuts delay delayed",
  ],
  [
    1,
    "support accumulating accumulate accumulation hodl holding hold long longs calls oversold undervalued dividend buyback patience buy",
  ],
  [
    1.4,
    "buying bought up higher uptrend upside gains gain gained rebound rebounds rebounded recovers recovered recovery inflow inflows beat",
  ],
  [
    1.7,
    "green bull bulls rise rises rising rose climbs climbing climbed jump jumps jumped jumping adoption partnership upgrade upgraded beats",
  ],
  [
    2,
    "bullish rally rallies rallied rallying surge surges surged surging soar soars soared soaring breakout pump pumps pumping outperform",
  ],
  [
    2.3,
    "gem gems alpha wagmi ath skyrocket skyrockets skyrocketed skyrocketing parabolic profits profit profitable listing approved",
  ],
  [2.7, "moon mooning moonshot lfg lambo 10x 50x 100x 1000x rocket based generational"],
];

/** Pictures, by their first code point. */
const PICTURES: readonly (readonly [rating: number, pictures: string])[] = [
  [-2.6, "💀☠🤮🤬😡😠🖕💔😭📉🩸🚨"],
  [-1.8, "😢😞😔😩😫😤😱🤢👎🙄😒😰😨🤡🐻🔻❌"],
  [-0.9, "😕😐😬😓😟🥶⚠🤦🥴"],
  [1, "😉😏🙂😌👀🙏🤝✅💡🎶✨⭐🌟"],
  [1.8, "😀😃😄😁😊☺😋😎🤗👍👏💪🙌😆😂🤣🐂🟢💎🔥📈🌈💯"],
  [2.6, "😍🥰😘❤💕💖💗💙💚💛💜🧡🖤🤩🥳🎉🎊🏆🚀🌕🤑"],
];

export const MARKET_VALENCE: ReadonlyMap<string, number> = new Map([
  ...RATED.flatMap(([rating, words]) => words.split(" ").map((word) => [word, rating] as const)),
  ...PICTURES.flatMap(([rating, pictures]) => [...pictures].map((picture) => [picture, rating] as const)),
]);
