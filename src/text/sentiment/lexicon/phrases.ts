import type { WordRatings } from "./market.ts";

/** Turns of several words, parted by bars, as people use them of coins, stocks and products. */
export const PHRASES: WordRatings = [
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
      heading lower|going lower|go lower|gap down|gapped down
    `,
  ],
  [
    -2,
    `
      down 0%|0% down|-0% today|lost 0%|0% loss|drop 0%|dropped 0%|fell 0%|falls 0%|down big|
      way down|in the red|lost money|losing money
    `,
  ],
  [
    -1.8,
    `
      sell the rip|sell the news|sell now|get out|getting out|stopped out|short here|shorting this|
      go short|going short|went short|short entry
    `,
  ],
  [
    -1.8,
    `
      below support|lost support|broke support|breaks support|target cut|price target cut|below the|
      under pressure|no volume|no bid|weak hands
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
      in short|low cap|high risk
    `,
  ],
  [
    0,
    `
      short interest|put in|put it|put on|put a|put the|put my|call it|call me|calling it|up to|
      sign up|follow up|set up|up at|high volume|low fees
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
      covered short|cover short|shorts trapped|squeeze shorts
    `,
  ],
  [
    1.8,
    `
      go long|going long|went long|long here|long entry|bull flag|cup and handle|double bottom|
      green candle|green candles|higher low|higher lows
    `,
  ],
  [
    2,
    `
      up 0%|0% up|+0% today|gained 0%|0% gain|0% gains|jumped 0%|rose 0%|0% profit|0% return|up big|
      way up|in the green|in profit|making money
    `,
  ],
  [
    2,
    `
      going up|go up|goes up|went up|headed higher|heading higher|going higher|go higher|gap up|
      gapped up|gaps up|beat estimates|target raised
    `,
  ],
  [
    2.2,
    `
      break out|breaks out|breaking out|broke out|new high|new highs|all time high|all time highs|
      higher high|higher highs|golden cross|bull market
    `,
  ],
  [
    2.2,
    `
      on fire|bull run|alt season|money printer|on fire|killing it|crushed it|crushing it|
      crushed earnings|easy money|no brainer|ready to run|ready to pop
    `,
  ],
  [
    2.7,
    `
      to the moon|to moon|send it|lets go|let's go|life changing|financial freedom|never selling|
      not selling|dont sell|don't sell|won't sell
    `,
  ],
  [
    -3,
    `
      rugged again|lost my savings|life savings gone|drained my wallet|funds are gone|money is gone|
      exit liquidity
    `,
  ],
  [
    -3,
    `
      the exit liquidity|worth nothing|worth zero|going to 0|to 0|chapter 0|goes to zero|
      solution looking for|house of cards
    `,
  ],
  [-3, "thin air|bank run"],
  [
    -2.5,
    `
      dead coin|dead project|dead money|slow rug|soft rug|honey pot|got rekt|get rekt|getting rekt|
      getting wrecked
    `,
  ],
  [
    -2.5,
    `
      getting crushed|got crushed|getting killed|getting destroyed|getting smoked|getting smashed|
      getting slaughtered
    `,
  ],
  [
    -2.5,
    `
      got hacked|been hacked|got drained|got liquidated|getting liquidated|gotten liquidated|
      blew up|blown up my
    `,
  ],
  [
    -2.5,
    `
      lost everything i|withdrawals paused|withdrawals are paused|paused withdrawals|
      withdrawals halted|halted withdrawals
    `,
  ],
  [
    -2.5,
    `
      chain halted|network halted|network down|stay far away|far away from|run away from|
      falling off a|off a cliff|free fall
    `,
  ],
  [-2.5, "through the floor"],
  [
    -2.1,
    `
      can't catch a|cant catch a|no bids|no buyers|no bounce|no conviction|no bottom|bottom is not|
      not the bottom
    `,
  ],
  [
    -2.1,
    `
      more downside|further downside|much lower|lot lower|leg down|next leg down|rolled over|
      breaking support|broken support
    `,
  ],
  [
    -2.1,
    `
      lose support|losing support|loses support|break of support|below the 0|below 0|under the 0|
      under 0|lost the 0|lost 0
    `,
  ],
  [
    -2.1,
    `
      loses 0|losing 0|rejected at|rejected again|failed to hold|fails to hold|failed again|
      can't hold|cant hold|cannot hold
    `,
  ],
  [
    -2.1,
    `
      couldn't hold|topping tail|gap down monday|gapping down|sells off|selling off|sold off|
      sell into|selling into
    `,
  ],
  [
    -2.1,
    `
      sold into|gets sold|getting sold|dumped on|dumping on|dumping their|in denial|catching knives|
      falling knives
    `,
  ],
  [
    -1.9,
    `
      misses estimates|missed estimates|miss estimates|misses expectations|missed expectations|
      falls short|fell short
    `,
  ],
  [
    -1.9,
    `
      short of expectations|cuts guidance|cut guidance|lowers guidance|lowered guidance|
      withdraws guidance|guides lower
    `,
  ],
  [
    -1.9,
    `
      guided lower|weak guidance|soft guidance|cut to|downgraded to|pt cut|pt lowered|lowers target|
      cuts dividend
    `,
  ],
  [
    -1.9,
    `
      cut dividend|dividend cut|dividend suspended|suspends dividend|share offering|
      secondary offering|offering priced
    `,
  ],
  [
    -1.9,
    `
      reverse split|more dilution|at the market|going concern|profit warning|warns of|steps down|
      under investigation
    `,
  ],
  [
    -1.9,
    `
      sec charged|files for|insider selling|insiders selling|insiders dumping|debt is|cash burn|
      burning cash|burn rate
    `,
  ],
  [
    -1.9,
    `
      shrinking margins|margins shrinking|margins falling|no revenue|no earnings|no profit|
      layoffs announced
    `,
  ],
  [
    -1.6,
    `
      too expensive|priced in|way overvalued|sell the rips|sell rips|selling this|sold my|sold all|
      sold everything
    `,
  ],
  [
    -1.6,
    `
      sold out of|get out now|got out|i'm out|im out|stopping out|got stopped|took a loss|
      taking a loss|cut my losses
    `,
  ],
  [
    -1.6,
    `
      cut losses|cutting losses|taking losses|gave back|giving back|should have sold|shoulda sold|
      wish i sold|bought the top
    `,
  ],
  [
    -1.6,
    `
      buying the top|top is in|near term top|looks toppy|looks weak|looking weak|looks heavy|
      looks tired|looks terrible
    `,
  ],
  [
    -1.6,
    `
      looks awful|looks ugly|looks bad|look bad|not looking good|doesn't look good|going nowhere|
      goes nowhere|not a buyer
    `,
  ],
  [
    -1.6,
    `
      won't buy|wouldn't buy|wouldn't touch|not touching|stay out|staying out|staying away|
      steer clear|started a short
    `,
  ],
  [
    -1.6,
    `
      short position|new short|added short|adding short|short below|short under|shorted some|
      nice short|great short
    `,
  ],
  [
    -1.6,
    `
      good short|short from|puts printing|puts paying|puts are printing|puts paid|in puts|
      opened puts|calls expired
    `,
  ],
  [
    -1.6,
    `
      calls worthless|calls are dead|worth less|down bad|bear case|bearish divergence|bearish cross|
      bear trend|bear pennant
    `,
  ],
  [
    -1.6,
    `
      rising wedge|dead weight|bag holding|holding the bag|left holding|paying fees|gas fees|
      fees are|high fees
    `,
  ],
  [
    -1.6,
    `
      account frozen|ignored my ticket|no response|nobody uses|no use case|no utility|no one uses|
      still down|down again
    `,
  ],
  [-1.6, "red again|lower again|doesn't go up|won't go up|can't go up"],
  [
    1.1,
    `
      over 0|above 0|above the 0|through 0|over the 0|reclaimed 0|back above|back over|breaks 0|
      break 0|stop just under
    `,
  ],
  [
    1.1,
    `
      stop under|stop below|first target|looks good|looking good|looks great|looking great|
      looks solid|looks nice
    `,
  ],
  [
    1.1,
    `
      looking nice|looks strong|looking strong|looks ready|look good|acting well|acting great|
      holding up well|nice setup
    `,
  ],
  [
    1.1,
    `
      good setup|great setup|like the setup|like this setup|nice chart|clean chart|nice base|
      building a base|tight base
    `,
  ],
  [1.1, "tight range|inside day|volume picking up|on volume|good volume|on deck|on radar"],
  [
    1.6,
    `
      bought back in|bought in|just bought|bought some|bought my|picked up some|picked up more|
      grabbed some|grabbed more
    `,
  ],
  [
    1.6,
    `
      added some|added to|adding to|adding here|adding some|loading here|load the boat|
      loaded the boat|started a position
    `,
  ],
  [
    1.6,
    `
      new position|initiated a position|opened a long|long from|long some|nice long|great long|
      good long|still long
    `,
  ],
  [
    1.6,
    `
      staying long|buying here|buying this|buyers stepping|stepping in|not worried|don't panic|
      no panic|hold strong
    `,
  ],
  [
    1.6,
    `
      holding strong|strong hands|hold the line|hold tight|dip buyers|buyable dip|
      buying opportunity|buy opportunity
    `,
  ],
  [
    1.6,
    `
      great opportunity|good entry|nice entry|great entry|great buy|good buy|strong buy|
      screaming buy|easy buy|must own
    `,
  ],
  [
    1.6,
    `
      best in class|buying with both|both hands|calls printing|calls are printing|calls paying|
      in calls|opened calls
    `,
  ],
  [
    1.6,
    `
      puts expired|puts are dead|puts worthless|puts torched|still early|early days|so early|
      zoom out|healthy pullback
    `,
  ],
  [
    1.6,
    `
      healthy correction|healthy dip|higher prices ahead|much higher|lot higher|more upside|
      further upside|leg up
    `,
  ],
  [1.6, "next leg up|leg higher|supply shock|low supply|supply on exchanges"],
  [
    1.9,
    `
      beats estimates|beat expectations|beats expectations|tops estimates|topped estimates|
      tops expectations
    `,
  ],
  [
    1.9,
    `
      top expectations|ahead of expectations|above expectations|better than expected|blows past|
      blew past|blew away
    `,
  ],
  [
    1.9,
    `
      raises guidance|raised guidance|guidance raised|raises forecast|raised forecast|
      raises outlook|lifts outlook
    `,
  ],
  [
    1.9,
    `
      guides higher|guided higher|strong guidance|strong quarter|record quarter|best quarter|
      record revenue|record sales
    `,
  ],
  [
    1.9,
    `
      record high|record highs|at a record|margins expanding|expanding margins|margin expansion|
      upgraded to|initiated at buy
    `,
  ],
  [
    1.9,
    `
      target raised to|price target raised|pt raised|pt raise|raises target|dividend hiked|
      raises dividend|dividend increase
    `,
  ],
  [
    1.9,
    `
      dividend raised|stock split|share buyback|share repurchase|insider buying|insiders buying|
      insiders keep buying
    `,
  ],
  [
    1.9,
    `
      insider buys|fda approval|fda approves|fda nod|green light|wins contract|lands contract|
      big contract|new contract
    `,
  ],
  [
    1.9,
    `
      net cash|cash rich|profit growth|free cash flow|cheap here|dirt cheap|way undervalued|
      so undervalued
    `,
  ],
  [
    2.2,
    `
      off to the|ready to launch|ready to fly|ready to explode|ready to rip|ready to move|
      about to explode|about to fly
    `,
  ],
  [
    2.2,
    `
      about to run|about to pop|going to fly|gonna fly|gonna run|gonna moon|going to moon|
      going to explode|let it run
    `,
  ],
  [
    2.2,
    `
      letting it run|let it ride|new ath|fresh highs|through the highs|hod break|breaking hod|
      grinding higher|grind higher
    `,
  ],
  [
    2.2,
    `
      ripping higher|running hard|nice run|big run|huge run|monster move|great move|nice move|
      nice bounce|strong bounce
    `,
  ],
  [
    2.2,
    `
      big bounce|bounced hard|curling up|perking up|waking up|relative strength|in profit again|
      back in profit|finally green
    `,
  ],
  [
    2.2,
    `
      broke even|paid off my|short covering rally|shorts burning|shorts burned|shorts in trouble|
      bears in disbelief
    `,
  ],
  [
    2.2,
    `
      bears trapped|bears crying|bears run over|shorts getting squeezed|gamma squeeze|
      bullish divergence|bullish cross
    `,
  ],
  [
    2.2,
    `
      bullish engulfing|bull pennant|ascending triangle|falling wedge|doesn't go down|won't go down|
      never been healthier
    `,
  ],
  [
    2.2,
    `
      mass adoption|real use|game changer|game changing|delivered on everything|keep delivering|
      keeps delivering
    `,
  ],
  [
    2.2,
    `
      keep shipping|keeps shipping|keep building|keeps building|solid project|great project|
      best project|amazing project
    `,
  ],
  [2.2, "great team|solid team|strong community|great community"],
  [
    0,
    `
      hand over|over and over|short on time|under the hood|hats off|made up|end up|ended up|show up|
      grow up|come up|came up
    `,
  ],
  [0, "pick up|line up|cup of|do the math"],
];
