/** Ratings from -4 to 4 in VADER's sense, of words that the general lexicon lacks or reads otherwise. Our own lists. */
export type RatedWords = readonly (readonly [rating: number, words: string])[];

/** What these mean they mean everywhere. */
export const COINED: RatedWords = [
  [
    -3.4,
    "rugpull rugpulled rugpulls rugged scam scams scammed scammer scammers scammy honeypot ponzi bankruptcy insolvent insolvency",
  ],
  [-3, "bankrupt fraudster fraudsters fraudulent shitcoin shitcoins hellhole"],
  [
    -2.8,
    "hacked exploited phishing delisted delisting rekt wrecked capitulation bagholder bagholders bloodbath depegged plummet plummeted",
  ],
  [-2.6, "plummets plummeting crashes catastrophic goblintown nuke ngmi cooked bagholding"],
  [
    -2.2,
    "bearish fud fudders selloff selloffs downtrend downtrending overvalued overbought depeg layoffs recession contagion fuckery",
  ],
  [
    -1.8,
    "unprofitable underperform underperforming underperforms jeet jeets jeeted shill shills shilling shilled paperhands overpriced",
  ],
  [-1.2, "underwater illiquid shady sketchy sus grifter grifters grift tf wtf smh meh ugh -_- >_< >.<"],
  [0.8, "gm ser fren frens based wen tasty"],
  [
    1.5,
    "uptrend uptrending oversold undervalued hodl hodling hodlers accumulating buyback buybacks outperform outperforms outperforming",
  ],
  [1.8, "btd btfd bullrun diamondhands altseason gmi booming yay woohoo woot ^_^ ^.^"],
  [
    2.2,
    "bullish rally rallies rallied rallying wagmi breakout breakouts skyrocket skyrockets skyrocketed skyrocketing parabolic",
  ],
  [2.7, "mooning mooned moonshot moonshots lfg lfgo multibagger tenbagger goated"],
];

/** What these mean they mean where prices are spoken of: elsewhere "short", "green" and "up" are hardly praise or blame. "0" is any number. */
export const ON_MARKETS: RatedWords = [
  [-3, "rug rugs drained collapse collapsed collapsing crash crashed crashing worthless liquidated stolen fraud bust dead rip"],
  [
    -2.6,
    "plunge plunged plunges plunging tank tanked tanking tanks nuked nuking exploit exploits hack hacks dump dumped dumping dumps dumpster",
  ],
  [
    -2.4,
    "lawsuit lawsuits sued subpoena indicted downgrade downgraded downgrades misses breakdown breakdowns crackdown default defaulted capitulate",
  ],
  [
    -2.1,
    "bear bears slump slumped slumping tumble tumbled tumbles tumbling slides sliding slid sank sinking sinks bleed bleeding bled wiped atl",
  ],
  [
    -2,
    "drop dropped drops dropping fell fall falls falling decline declined declines declining loss losses loses losing lost lose",
  ],
  [
    -1.8,
    "red weak weaker weakness weakening ban banned bans probe outage crashy toppy topping topped rejected rejection bubble overextended",
  ],
  [
    -1.6,
    "short shorts shorting shorted shortsellers sell selling sold seller sellers liquidation liquidations puts put drawdown",
  ],
  [
    -1.4,
    "down lower lows low downside correction corrections retrace retraced outflow outflows inflation dilution dilutive diluted dumpy fade",
  ],
  [
    -1.2,
    "fading flush flushed lagging laggard underweight headwinds headwind stagnant hawkish disappointing miss missed halted halt recall -0% -$0",
  ],
  [
    -0.9,
    "resistance volatile volatility uncertainty cuts cut delay delayed offering overhead choppy chop exit exited stopped trapped lod outlook",
  ],
  [-0.5, "hedge hedged hedging bags gamble gambling fee fees fomo pullback warning caution cautious avoid"],
  [
    0,
    "share shares block blocks blocked gross number stop stops interest top tops mine mining miner miners crypto please security securities",
  ],
  [0.5, "dip dips consolidating consolidation volume staking stake yield bid bids institutional setup setups watching watchlist"],
  [
    0.9,
    "support supports hold holding holds holders held long longs calls call patience entry entries loading loaded load add added adding base basing",
  ],
  [
    1.1,
    "reversal reversing squeeze coiled coiling dovish overweight halving hod target targets trigger triggered alert catalyst catalysts cheap stack",
  ],
  [
    1.4,
    "buy buys buying buyer buyers bought up higher upside inflow inflows beat highs high stacking accumulate accumulated bounce bounced bouncing",
  ],
  [
    1.6,
    "gains gain gained gaining gainer gainers rebound rebounds rebounded rebounding recover recovers recovered recovering recovery +0% +$0 raised",
  ],
  [
    1.7,
    "green bull bulls rise rises rising rose climb climbs climbed climbing jump jumps jumped jumping adoption partnership partnerships raises",
  ],
  [
    1.9,
    "upgrade upgraded upgrades beats mainnet buyout takeover pop popped popping pops spike spiked spiking send sending ripping",
  ],
  [
    2.1,
    "surge surges surged surging soar soars soared soaring pump pumps pumped pumping gem gems alpha ath profit profits profitable winner winners",
  ],
  [
    2.2,
    "listing listed approved approval strong stronger strength explode exploded exploding explosive monster beast flying fly pumpin blast undervalue",
  ],
  [2.6, "moon lambo lambos rocket rockets rocketing generational millionaire millionaires 0x"],
];

/** Words in a row that mean together what none of them means alone: anywhere, and where prices are spoken of. */
export const SAYINGS: RatedWords = [
  [
    -2,
    "the worst|hate it when|fed up|sick of|tired of|let down|a joke|what a shame|waste of time|waste of money|hell no|screw you|not cool",
  ],
  [
    0,
    "kind of|sort of|kinds of|at least|a lot like|i like how|looks like|look like|like a|like that|like this|just like|as well|how well|no problem",
  ],
  [
    0,
    "pretty much|pretty sure|no one|no idea|by the way|well known|so far|no matter|well wishes|good morning|to be honest|fire department",
  ],
  [
    2,
    "can't wait|cant wait|cannot wait|looking forward|well done|the best|the bomb|hell yeah|hell yes|fuck yeah|no worries|so excited",
  ],
];
export const PHRASES: RatedWords = [
  [
    -3,
    "exit scam|rug pull|pump and dump|going to zero|to zero|pulled the rug|wiped out|ponzi scheme|blood bath|stay away|total loss",
  ],
  [
    -2.4,
    "death cross|bear market|bear flag|falling knife|dead cat|bull trap|margin call|sell off|sell offs|goblin town|lost everything|class action",
  ],
  [
    -2.2,
    "break down|breaks down|breaking down|broke down|lower low|lower lows|lower high|lower highs|new low|new lows|rolling over|roll over",
  ],
  [
    -2,
    "double top|head and shoulders|going down|go down|goes down|went down|headed lower|heading lower|going lower|go lower|gap down|gapped down",
  ],
  [
    -2,
    "down 0%|0% down|-0% today|lost 0%|0% loss|drop 0%|dropped 0%|fell 0%|falls 0%|down big|way down|in the red|lost money|losing money",
  ],
  [
    -1.8,
    "sell the rip|sell the news|sell now|get out|getting out|stopped out|short here|shorting this|go short|going short|went short|short entry",
  ],
  [
    -1.8,
    "below support|lost support|broke support|breaks support|target cut|price target cut|below the|under pressure|no volume|no bid|weak hands",
  ],
  [
    -1.6,
    "bought puts|buying puts|buy puts|long puts|selling calls|sold calls|sell calls|rate hike|rate hikes|paper hands|bag holder|bag holders",
  ],
  [
    -1.4,
    "taking profits|take profits|take profit|look out below|bearish engulfing|holding bags|too late|not buying|dont buy|don't buy|cash out",
  ],
  [-1, "short term top|failed breakout|overhead resistance|at resistance|red candle|red candles|red day|red week|lower prices"],
  [0, "short term|long term|long time|as long as|so long|stop loss|stop losses|long ago|no longer|in short|low cap|high risk"],
  [
    0,
    "short interest|put in|put it|put on|put a|put the|put my|call it|call me|calling it|up to|sign up|follow up|set up|up at|high volume|low fees",
  ],
  [
    1,
    "hold on|holding up|holding well|at support|above the|higher prices|green day|green week|market cap|price target|looking for|on watch",
  ],
  [
    1.4,
    "buy the dip|buying the dip|bought the dip|buy more|bought more|buying more|added more|adding more|load up|loading up|loaded up|still holding",
  ],
  [
    1.6,
    "bought calls|buying calls|buy calls|long calls|selling puts|sold puts|sell puts|rate cut|rate cuts|diamond hands|inverse head and shoulders",
  ],
  [
    1.8,
    "bear trap|short squeeze|shorts covering|cover shorts|short covering|covering shorts|covered short|cover short|shorts trapped|squeeze shorts",
  ],
  [
    1.8,
    "go long|going long|went long|long here|long entry|bull flag|cup and handle|double bottom|green candle|green candles|higher low|higher lows",
  ],
  [
    2,
    "up 0%|0% up|+0% today|gained 0%|0% gain|0% gains|jumped 0%|rose 0%|0% profit|0% return|up big|way up|in the green|in profit|making money",
  ],
  [
    2,
    "going up|go up|goes up|went up|headed higher|heading higher|going higher|go higher|gap up|gapped up|gaps up|beat estimates|target raised",
  ],
  [
    2.2,
    "break out|breaks out|breaking out|broke out|new high|new highs|all time high|all time highs|higher high|higher highs|golden cross|bull market",
  ],
  [
    2.2,
    "on fire|bull run|alt season|money printer|on fire|killing it|crushed it|crushing it|crushed earnings|easy money|no brainer|ready to run|ready to pop",
  ],
  [
    2.7,
    "to the moon|to moon|send it|lets go|let's go|life changing|financial freedom|never selling|not selling|dont sell|don't sell|won't sell",
  ],
];

/** Pictures, by their first code point. */
export const PICTURES: RatedWords = [
  [-2.6, "💀☠🤮🤬😡😠🖕💔😭📉🩸"],
  [-1.8, "😢😞😔😩😫😤😱🤢👎🙄😒😰😨🤡🐻🔻❌🚨🧻⬇🔴"],
  [-0.9, "😕😐😬😓😟🥶⚠🤦🥴"],
  [1, "😉😏🙂😌🙏🤝✅💡🎶✨⭐🌟👀🫡"],
  [1.8, "😀😃😄😁😊☺😋😎🤗👍👏💪🙌😆😂🤣🐂🟢💎🔥📈🌈💯⬆✊🐋"],
  [2.6, "😍🥰😘❤💕💖💗💙💚💛💜🧡🖤🤩🥳🎉🎊🏆🚀🌕🌙🤑💰"],
];

/** Words that tell a text about prices, beside a cashtag or a sum of money. */
export const TRADE_WORDS =
  "altcoin altcoins ath bear bearish bears binance bitcoin blockchain btc bull bullish bulls chart charts coin coinbase coins crypto cryptocurrency cryptos defi dividend dividends doge earnings eth etf ethereum fomo futures hodl invest invested investing investment investments investor investors market markets nasdaq nft nfts options portfolio price prices puts shares shiba sol solana stock stocks token tokens trade traded trader traders trades trading wallet xrp";
