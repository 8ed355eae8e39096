import type { WordRatings } from "./market.ts";

/** Turns of several words, parted by bars, that tell holders of gains and of what brings them. */
export const GOOD_NEWS: WordRatings = [
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
