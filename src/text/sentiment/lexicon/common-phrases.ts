import type { WordRatings } from "./market.ts";

/** Turns of several words, parted by bars, as people use them of coins and stocks. */
export const COMMON_PHRASES: WordRatings = [
  [
    -3,
    `
      exit scam|rug pull|pump and dump|going to zero|to zero|pulled the rug|wiped out|ponzi scheme|
      blood bath|stay away|total loss
    `,
  ],
  [
    -2.4,
    `
      death cross|bear market|bear flag|falling knife|dead cat|bull trap|margin call|sell off|
      sell offs|goblin town|lost everything|class action
    `,
  ],
  [
    -2.2,
    `
      break down|breaks down|breaking down|broke down|lower low|lower lows|lower high|lower highs|
      new low|new lows|rolling over|roll over
    `,
  ],
  [
    -2,
    `
      double top|head and shoulders|going down|go down|goes down|went down|headed lower|
      heading lower|going lower|go lower|gap down|gapped down|down 0%|0% down|-0% today|lost 0%|
      0% loss|drop 0%|dropped 0%|fell 0%|falls 0%|down big|way down|in the red|lost money|
      losing money
    `,
  ],
  [
    -1.8,
    `
      sell the rip|sell the news|sell now|get out|getting out|stopped out|short here|shorting this|
      go short|going short|went short|short entry|below support|lost support|broke support|
      breaks support|target cut|price target cut|below the|under pressure|no volume|no bid|
      weak hands
    `,
  ],
  [
    -1.6,
    `
      bought puts|buying puts|buy puts|long puts|selling calls|sold calls|sell calls|rate hike|
      rate hikes|paper hands|bag holder|bag holders
    `,
  ],
  [
    -1.4,
    `
      taking profits|take profits|take profit|look out below|bearish engulfing|holding bags|
      too late|not buying|dont buy|don't buy|cash out
    `,
  ],
  [
    -1,
    `
      short term top|failed breakout|overhead resistance|at resistance|red candle|red candles|
      red day|red week|lower prices
    `,
  ],
  [
    0,
    `
      short term|long term|long time|as long as|so long|stop loss|stop losses|long ago|no longer|
      in short|low cap|high risk|short interest|put in|put it|put on|put a|put the|put my|call it|
      call me|calling it|up to|sign up|follow up|set up|up at|high volume|low fees
    `,
  ],
  [
    1,
    `
      hold on|holding up|holding well|at support|above the|higher prices|green day|green week|
      market cap|price target|looking for|on watch
    `,
  ],
  [
    1.4,
    `
      buy the dip|buying the dip|bought the dip|buy more|bought more|buying more|added more|
      adding more|load up|loading up|loaded up|still holding
    `,
  ],
  [
    1.6,
    `
      bought calls|buying calls|buy calls|long calls|selling puts|sold puts|sell puts|rate cut|
      rate cuts|diamond hands|inverse head and shoulders
    `,
  ],
  [
    1.8,
    `
      bear trap|short squeeze|shorts covering|cover shorts|short covering|covering shorts|
      covered short|cover short|shorts trapped|squeeze shorts|go long|going long|went long|
      long here|long entry|bull flag|cup and handle|double bottom|green candle|green candles|
      higher low|higher lows
    `,
  ],
  [
    2,
    `
      up 0%|0% up|+0% today|gained 0%|0% gain|0% gains|jumped 0%|rose 0%|0% profit|0% return|up big|
      way up|in the green|in profit|making money|going up|go up|goes up|went up|headed higher|
      heading higher|going higher|go higher|gap up|gapped up|gaps up|beat estimates|target raised
    `,
  ],
  [
    2.2,
    `
      break out|breaks out|breaking out|broke out|new high|new highs|all time high|all time highs|
      higher high|higher highs|golden cross|bull market|on fire|bull run|alt season|money printer|
      on fire|killing it|crushed it|crushing it|crushed earnings|easy money|no brainer|ready to run|
      ready to pop
    `,
  ],
  [
    2.7,
    `
      to the moon|to moon|send it|lets go|let's go|life changing|financial freedom|never selling|
      not selling|dont sell|don't sell|won't sell
    `,
  ],
];
