import type { WordRatings } from "./market.ts";

/** Turns of several words, parted by bars, that tell holders of losses and of what brings them. */
export const BAD_NEWS: WordRatings = [
  [
    -3,
    `
      rugged again|lost my savings|life savings gone|drained my wallet|funds are gone|money is gone|
      exit liquidity|the exit liquidity|worth nothing|worth zero|going to 0|to 0|chapter 0|
      goes to zero|solution looking for|house of cards|thin air|bank run
    `,
  ],
  [
    -2.5,
    `
      dead coin|dead project|dead money|slow rug|soft rug|honey pot|got rekt|get rekt|getting rekt|
      getting wrecked|getting crushed|got crushed|getting killed|getting destroyed|getting smoked|
      getting smashed|getting slaughtered|got hacked|been hacked|got drained|got liquidated|
      getting liquidated|gotten liquidated|blew up|blown up my|lost everything i|withdrawals paused|
      withdrawals are paused|paused withdrawals|withdrawals halted|halted withdrawals|chain halted|
      network halted|network down|stay far away|far away from|run away from|falling off a|
      off a cliff|free fall|through the floor
    `,
  ],
  [
    -2.1,
    `
      can't catch a|cant catch a|no bids|no buyers|no bounce|no conviction|no bottom|bottom is not|
      not the bottom|more downside|further downside|much lower|lot lower|leg down|next leg down|
      rolled over|breaking support|broken support|lose support|losing support|loses support|
      break of support|below the 0|below 0|under the 0|under 0|lost the 0|lost 0|loses 0|losing 0|
      rejected at|rejected again|failed to hold|fails to hold|failed again|can't hold|cant hold|
      cannot hold|couldn't hold|topping tail|gap down monday|gapping down|sells off|selling off|
      sold off|sell into|selling into|sold into|gets sold|getting sold|dumped on|dumping on|
      dumping their|in denial|catching knives|falling knives
    `,
  ],
  [
    -1.9,
    `
      misses estimates|missed estimates|miss estimates|misses expectations|missed expectations|
      falls short|fell short|short of expectations|cuts guidance|cut guidance|lowers guidance|
      lowered guidance|withdraws guidance|guides lower|guided lower|weak guidance|soft guidance|
      cut to|downgraded to|pt cut|pt lowered|lowers target|cuts dividend|cut dividend|dividend cut|
      dividend suspended|suspends dividend|share offering|secondary offering|offering priced|
      reverse split|more dilution|at the market|going concern|profit warning|warns of|steps down|
      under investigation|sec charged|files for|insider selling|insiders selling|insiders dumping|
      debt is|cash burn|burning cash|burn rate|shrinking margins|margins shrinking|margins falling|
      no revenue|no earnings|no profit|layoffs announced
    `,
  ],
  [
    -1.6,
    `
      too expensive|priced in|way overvalued|sell the rips|sell rips|selling this|sold my|sold all|
      sold everything|sold out of|get out now|got out|i'm out|im out|stopping out|got stopped|
      took a loss|taking a loss|cut my losses|cut losses|cutting losses|taking losses|gave back|
      giving back|should have sold|shoulda sold|wish i sold|bought the top|buying the top|top is in|
      near term top|looks toppy|looks weak|looking weak|looks heavy|looks tired|looks terrible|
      looks awful|looks ugly|looks bad|look bad|not looking good|doesn't look good|going nowhere|
      goes nowhere|not a buyer|won't buy|wouldn't buy|wouldn't touch|not touching|stay out|
      staying out|staying away|steer clear|started a short|short position|new short|added short|
      adding short|short below|short under|shorted some|nice short|great short|good short|
      short from|puts printing|puts paying|puts are printing|puts paid|in puts|opened puts|
      calls expired|calls worthless|calls are dead|worth less|down bad|bear case|bearish divergence|
      bearish cross|bear trend|bear pennant|rising wedge|dead weight|bag holding|holding the bag|
      left holding|paying fees|gas fees|fees are|high fees|account frozen|ignored my ticket|
      no response|nobody uses|no use case|no utility|no one uses|still down|down again|red again|
      lower again|doesn't go up|won't go up|can't go up
    `,
  ],
];
