/**
 * Ratings from -4 to 4 in VADER's sense, of words that the general lexicon lacks or reads
 * otherwise. Our own lists.
 */
export type WordRatings = readonly (readonly [rating: number, words: string])[];

/** What these mean they mean everywhere. */
export const COINED: WordRatings = [
  [
    -3.4,
    `
      rugpull rugpulled rugpulls rugged scam scams scammed scammer scammers scammy honeypot ponzi
      bankruptcy insolvent insolvency
    `,
  ],
  [-3, "bankrupt fraudster fraudsters fraudulent shitcoin shitcoins hellhole"],
  [
    -2.8,
    `
      hacked exploited phishing delisted delisting rekt wrecked capitulation bagholder bagholders
      bloodbath depegged plummet plummeted
    `,
  ],
  [-2.6, "plummets plummeting crashes catastrophic goblintown nuke ngmi cooked bagholding"],
  [
    -2.2,
    `
      bearish fud fudders selloff selloffs downtrend downtrending overvalued overbought depeg
      layoffs recession contagion fuckery
    `,
  ],
  [
    -1.8,
    `
      unprofitable underperform underperforming underperforms jeet jeets jeeted shill shills
      shilling shilled paperhands overpriced
    `,
  ],
  [
    -1.2,
    "underwater illiquid shady sketchy sus grifter grifters grift tf wtf smh meh ugh -_- >_< >.<",
  ],
  [0.8, "gm ser fren frens based wen tasty"],
  [
    1.5,
    `
      uptrend uptrending oversold undervalued hodl hodling hodlers accumulating buyback buybacks
      outperform outperforms outperforming
    `,
  ],
  [1.8, "btd btfd bullrun diamondhands altseason gmi booming yay woohoo woot ^_^ ^.^"],
  [
    2.2,
    `
      bullish rally rallies rallied rallying wagmi breakout breakouts skyrocket skyrockets
      skyrocketed skyrocketing parabolic
    `,
  ],
  [2.7, "mooning mooned moonshot moonshots lfg lfgo multibagger tenbagger goated"],
  [-2.4, "ransomware unusable"],
  [-1.7, "copium malware spyware vaporware bugged"],
  [-1.2, "coping cult"],
  [1.7, "slick underrated legit solid smooth smoothly seamless seamlessly"],
];

/**
 * What these mean they mean where prices are spoken of: elsewhere "short", "green" and "up" are
 * hardly praise or blame. "0" is any number.
 */
export const ON_MARKETS: WordRatings = [
  [
    -3,
    `
      rug rugs drained collapse collapsed collapsing crash crashed crashing worthless liquidated
      stolen fraud bust dead rip
    `,
  ],
  [
    -2.6,
    `
      plunge plunged plunges plunging tank tanked tanking tanks nuked nuking exploit exploits hack
      hacks dump dumped dumping dumps dumpster
    `,
  ],
  [
    -2.4,
    `
      lawsuit lawsuits sued subpoena indicted downgrade downgraded downgrades misses breakdown
      breakdowns crackdown default defaulted capitulate
    `,
  ],
  [
    -2.1,
    `
      bear bears slump slumped slumping tumble tumbled tumbles tumbling slides sliding slid sank
      sinking sinks bleed bleeding bled wiped atl
    `,
  ],
  [
    -2,
    `
      drop dropped drops dropping fell fall falls falling decline declined declines declining loss
      losses loses losing lost lose
    `,
  ],
  [
    -1.8,
    `
      red weak weaker weakness weakening ban banned bans probe outage crashy toppy topping topped
      rejected rejection bubble overextended
    `,
  ],
  [
    -1.6,
    `
      short shorts shorting shorted shortsellers sell selling sold seller sellers liquidation
      liquidations puts put drawdown
    `,
  ],
  [
    -1.4,
    `
      down lower lows low downside correction corrections retrace retraced outflow outflows
      inflation dilution dilutive diluted dumpy fade
    `,
  ],
  [
    -1.2,
    `
      fading flush flushed lagging laggard underweight headwinds headwind stagnant hawkish
      disappointing miss missed halted halt recall -0% -$0
    `,
  ],
  [
    -0.9,
    `
      resistance volatile volatility uncertainty cuts cut delay delayed offering overhead choppy
      chop exit exited stopped trapped lod outlook
    `,
  ],
  [
    -0.5,
    `
      hedge hedged hedging bags gamble gambling fee fees fomo pullback warning caution cautious
      avoid
    `,
  ],
  [
    0,
    `
      share shares block blocks blocked gross number stop stops interest top tops mine mining miner
      miners crypto please security securities
    `,
  ],
  [
    0.5,
    `
      dip dips consolidating consolidation volume staking stake yield bid bids institutional setup
      setups watching watchlist
    `,
  ],
  [
    0.9,
    `
      support supports hold holding holds holders held long longs calls call patience entry entries
      loading loaded load add added adding base basing
    `,
  ],
  [
    1.1,
    `
      reversal reversing squeeze coiled coiling dovish overweight halving hod target targets trigger
      triggered alert catalyst catalysts cheap stack
    `,
  ],
  [
    1.4,
    `
      buy buys buying buyer buyers bought up higher upside inflow inflows beat highs high stacking
      accumulate accumulated bounce bounced bouncing
    `,
  ],
  [
    1.6,
    `
      gains gain gained gaining gainer gainers rebound rebounds rebounded rebounding recover
      recovers recovered recovering recovery +0% +$0 raised
    `,
  ],
  [
    1.7,
    `
      green bull bulls rise rises rising rose climb climbs climbed climbing jump jumps jumped
      jumping adoption partnership partnerships raises
    `,
  ],
  [
    1.9,
    `
      upgrade upgraded upgrades beats mainnet buyout takeover pop popped popping pops spike spiked
      spiking send sending ripping
    `,
  ],
  [
    2.1,
    `
      surge surges surged surging soar soars soared soaring pump pumps pumped pumping gem gems alpha
      ath profit profits profitable winner winners
    `,
  ],
  [
    2.2,
    `
      listing listed approved approval strong stronger strength explode exploded exploding explosive
      monster beast flying fly pumpin blast undervalue
    `,
  ],
  [2.6, "moon lambo lambos rocket rockets rocketing generational millionaire millionaires 0x"],
];

/**
 * Words in a row that mean together what none of them means alone: anywhere, and where prices are
 * spoken of.
 */
export const SAYINGS: WordRatings = [
  [
    -2,
    `
      the worst|hate it when|fed up|sick of|tired of|let down|a joke|what a shame|waste of time|
      waste of money|hell no|screw you|not cool
    `,
  ],
  [
    0,
    `
      kind of|sort of|kinds of|at least|a lot like|i like how|looks like|look like|like a|like that|
      like this|just like|as well|how well|no problem
    `,
  ],
  [
    0,
    `
      pretty much|pretty sure|no one|no idea|by the way|well known|so far|no matter|well wishes|
      good morning|to be honest|fire department
    `,
  ],
  [
    2,
    `
      can't wait|cant wait|cannot wait|looking forward|well done|the best|the bomb|hell yeah|
      hell yes|fuck yeah|no worries|so excited
    `,
  ],
  [
    -2.2,
    `
      good riddance|a mess|no clue|run away|burned by|burnt by|screwed over|robbed me|ruined my|
      lost my savings|wouldn't recommend|would not recommend|don't recommend|can't recommend|
      worst enemy|joke of a|such a joke|absolute joke|running out of|front run|front running|
      sick of this|sick of these|don't trust|do not trust|can't trust|never trust|no trust|red flag|
      red flags|feel like an idiot|feel stupid|feel dumb|big mistake|huge mistake|biggest mistake|
      worst decision|bad decision|regret buying|i regret|don't be me
    `,
  ],
  [
    0,
    `
      not gonna lie|not going to lie|not to mention|to be fair|to be clear|no way|so much for|
      more or less|if not|at best|as good as|you want some|laugh at
    `,
  ],
  [
    -1.5,
    `
      stuck for|locked up|locked out|still waiting|no answer|got banned|banned me|no reply|as usual|
      who needs|nobody needs|what a mess|nothing to celebrate|way too late|not worth it|
      not worth the
    `,
  ],
  [
    1.8,
    `
      class act|mind blown|blew my mind|blows my mind|slept like a|sleep like a|sleep well|
      peace of mind|no regrets|zero regrets|don't regret|never regret|ear to ear|changed my life|
      best decision|great decision|good decision|smart move|good call|great call|we made it|
      made it boys|nothing to worry|don't worry|not scared|not afraid|big fan|huge fan|a fan of|
      can't believe how|worth every penny|works great|works well|works perfectly|just works|
      works flawlessly|without a hitch|well worth|highly underrated|so underrated|
      underrated project|hard to beat|hands down|by far the best|trust the|i trust|i believe in|
      believe in this|faith in
    `,
  ],
];
/** Pictures, by their first code point. */
export const PICTURES: WordRatings = [
  [-2.6, "💀☠🤮🤬😡😠🖕💔😭📉🩸"],
  [-1.8, "😢😞😔😩😫😤😱🤢👎🙄😒😰😨🤡🐻🔻❌🚨🧻⬇🔴"],
  [-0.9, "😕😐😬😓😟🥶⚠🤦🥴"],
  [1, "😉😏🙂😌🙏🤝✅💡🎶✨⭐🌟👀🫡"],
  [1.8, "😀😃😄😁😊☺😋😎🤗👍👏💪🙌😆😂🤣🐂🟢💎🔥📈🌈💯⬆✊🐋"],
  [2.6, "😍🥰😘❤💕💖💗💙💚💛💜🧡🖤🤩🥳🎉🎊🏆🚀🌕🌙🤑💰"],
];

/** A text with one of these words is about prices, as one with a cashtag or a sum of money. */
export const TRADE_WORDS = `
    airdrop airdrops altcoin altcoins altseason analyst analysts ath backtest bagholder bagholders
    bear bearish bears binance bitcoin bitcoins blockchain breakdown breakouts btc btcusd bull
    bullish bulls buyback buybacks candlestick cardano chart charts coin coinbase coins crypto
    cryptocurrencies cryptocurrency cryptos daytrade daytrader daytraders defi dex dividend
    dividends doge dogecoin downtrend earnings ema eps equities equity etf etfs eth ether ethereum
    fib fomc fomo forex fud futures guidance hedge hodl hodlers hodling intraday invest invested
    investing investment investments investor investors ipo leverage litecoin longs macd mainnet
    market markets memecoin memecoins monero nasdaq nft nfts ngmi nyse options outperform overbought
    oversold overvalued portfolio postmarket premarket price prices puts rally rekt revenue revenues
    rsi sats sec semis shares shib shiba shitcoin shitcoins shorting shorts smallcap smallcaps sol
    solana spx stablecoin stablecoins staking stock stocks swing tether ticker tickers token tokens
    trade traded trader traders trades trading treasuries underperform undervalued uptrend usdc usdt
    valuation valuations vwap wagmi wallet whales xmr xrp yields
  `;
