import type { WordRatings } from "./market.ts";

/** Turns of several words, parted by bars, that tell holders of gains and of what brings them. */
export const GOOD_NEWS: WordRatings = [
  [
    1.1,
    `
      over 0|above 0|above the 0|through 0|over the 0|reclaimed 0|back above|back over|breaks 0|
      break 0|stop just under|stop under|stop below|first target|looks good|looking good|
      looks great|looking great|looks solid|looks nice|looking nice|looks strong|looking strong|
      looks ready|look good|acting well|acting great|holding up well|nice setup|good setup|
      great setup|like the setup|like this setup|nice chart|clean chart|nice base|building a base|
      tight base|tight range|inside day|volume picking up|on volume|good volume|on deck|on radar
    `,
  ],
  [
    1.6,
    `
      bought back in|bought in|just bought|bought some|bought my|picked up some|picked up more|
      grabbed some|grabbed more|added some|added to|adding to|adding here|adding some|loading here|
      load the boat|loaded the boat|started a position|new position|initiated a position|
      opened a long|long from|long some|nice long|great long|good long|still long|staying long|
      buying here|buying this|buyers stepping|stepping in|not worried|don't panic|no panic|
      hold strong|holding strong|strong hands|hold the line|hold tight|dip buyers|buyable dip|
      buying opportunity|buy opportunity|great opportunity|good entry|nice entry|great entry|
      great buy|good buy|strong buy|screaming buy|easy buy|must own|best in class|buying with both|
      both hands|calls printing|calls are printing|calls paying|in calls|opened calls|puts expired|
      puts are dead|puts worthless|puts torched|still early|early days|so early|zoom out|
      healthy pullback|healthy correction|healthy dip|higher prices ahead|much higher|lot higher|
      more upside|further upside|leg up|next leg up|leg higher|supply shock|low supply|
      supply on exchanges
    `,
  ],
  [
    1.9,
    `
      beats estimates|beat expectations|beats expectations|tops estimates|topped estimates|
      tops expectations|top expectations|ahead of expectations|above expectations|
      better than expected|blows past|blew past|blew away|raises guidance|raised guidance|
      guidance raised|raises forecast|raised forecast|raises outlook|lifts outlook|guides higher|
      guided higher|strong guidance|strong quarter|record quarter|best quarter|record revenue|
      record sales|record high|record highs|at a record|margins expanding|expanding margins|
      margin expansion|upgraded to|initiated at buy|target raised to|price target raised|pt raised|
      pt raise|raises target|dividend hiked|raises dividend|dividend increase|dividend raised|
      stock split|share buyback|share repurchase|insider buying|insiders buying|
      insiders keep buying|insider buys|fda approval|fda approves|fda nod|green light|wins contract|
      lands contract|big contract|new contract|net cash|cash rich|profit growth|free cash flow|
      cheap here|dirt cheap|way undervalued|so undervalued
    `,
  ],
  [
    2.2,
    `
      off to the|ready to launch|ready to fly|ready to explode|ready to rip|ready to move|
      about to explode|about to fly|about to run|about to pop|going to fly|gonna fly|gonna run|
      gonna moon|going to moon|going to explode|let it run|letting it run|let it ride|new ath|
      fresh highs|through the highs|hod break|breaking hod|grinding higher|grind higher|
      ripping higher|running hard|nice run|big run|huge run|monster move|great move|nice move|
      nice bounce|strong bounce|big bounce|bounced hard|curling up|perking up|waking up|
      relative strength|in profit again|back in profit|finally green|broke even|paid off my|
      short covering rally|shorts burning|shorts burned|shorts in trouble|bears in disbelief|
      bears trapped|bears crying|bears run over|shorts getting squeezed|gamma squeeze|
      bullish divergence|bullish cross|bullish engulfing|bull pennant|ascending triangle|
      falling wedge|doesn't go down|won't go down|never been healthier|mass adoption|real use|
      game changer|game changing|delivered on everything|keep delivering|keeps delivering|
      keep shipping|keeps shipping|keep building|keeps building|solid project|great project|
      best project|amazing project|great team|solid team|strong community|great community
    `,
  ],
  [
    0,
    `
      hand over|over and over|short on time|under the hood|hats off|made up|end up|ended up|show up|
      grow up|come up|came up|pick up|line up|cup of|do the math
    `,
  ],
];
