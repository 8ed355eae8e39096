import type { WordRatings } from "./market.ts";

/** Words in a row that mean together what none of them means alone, as people speak. */
export const TURNS: WordRatings = [
  [
    -2.8,
    `
      fuck you|fuck off|fuck this|fuck that|piece of shit|pieces of shit|son of a|go to hell|
      burn in hell|rot in hell|kiss my ass|kill myself|kill yourself|want to die|wanna die|
      dead to me|makes me sick|make me sick|makes me want to|passed away|rest in peace|full of shit|
      shit show
    `,
  ],
  [
    -2.2,
    `
      the fuck|what the fuck|what the hell|what the heck|how dare|shame on|screwed up|fucked up|
      messed up|pissed off|pisses me|piss me|ticked off|drives me crazy|driving me crazy|
      driving me nuts|pain in the|gets on my|on my nerves|had enough|over it|done with this|give up|
      giving up|gave up
    `,
  ],
  [
    -2,
    `
      food poisoning|throw up|throwing up|threw up|sore throat|my head hurts|can't sleep|cant sleep|
      no sleep|sick day|in pain|hurts so|feel like crap|feel like shit|feels like crap|car accident|
      car crash|bad day|bad news|bad luck|rough day|long day|worst day|bad mood|bad idea|bad taste
    `,
  ],
  [
    -1.8,
    `
      ripped off|rip off|such a waste|a waste|waste of|wasted my|never again|no thanks|no thank|
      doesn't work|doesnt work|not working|won't work|wont work|isn't working|stopped working|
      don't like|dont like|didn't like|do not like|not a fan|not happy|not impressed|not amused|
      not good|not great|not funny|not fair|no fun|no fair|no good|not worth|no reason|
      makes no sense|no sense|no excuse
    `,
  ],
  [
    -1.6,
    `
      miss you|miss my|missed it|missing out|miss out|too bad|so sad|feel bad|feel sorry|
      sorry for your|sorry to hear|my condolences|poor thing|falling apart|fell apart|broke down|
      broke up|break up|ran out|run out of|out of gas|too late|too much|too many|too expensive|
      not enough|let down|letting me down|stuck in|stuck at|have to work|back to work|due to
    `,
  ],
  [
    -1.4,
    `
      don't want|dont want|don't care|dont care|who cares|couldn't care|give a damn|give a shit|
      give a fuck|gives a shit|shut up|get over it|go away|leave me alone|get a life|get lost|
      whats wrong|what's wrong|something wrong|went wrong|go wrong|goes wrong|oh no|oh god|oh well|
      uh oh|gone bad|no hope|lost my|lost our|lack of|supposed to be|instead of
    `,
  ],
  [
    0,
    `
      oh my god|may the|rest of the|just saying|happen to|kind of a|used to|in case|kick off|
      kicks off|dead on|fire up|fired up|crime scene|war of|star wars|hunger games|cut it|hit the|
      hit me|hit up|no big deal|big deal|die hard|killer app|drop by|drop in|break time|last night|
      guilty pleasure|sweet potato|trick or treat|bloody mary|devil wears|hell's kitchen|fight for|
      fighting for|fight against
    `,
  ],
  [
    1.2,
    `
      good for you|good point|fair enough|not bad|not too bad|not too shabby|not half bad|
      no complaints|can't complain|cant complain|can't go wrong|cant go wrong|nothing better|
      doesn't get better|couldn't be happier|couldnt be happier|can't get enough|cant get enough|
      no wonder
    `,
  ],
  [
    1.5,
    `
      bring it on|bring on|ready for|pumped for|counting down|stay strong|hang in there|good to see|
      nice to see|glad to|happy to|good to be|back home|finally home|finally done|all done|day off|
      days off|free time|ice cream|hot chocolate|happy hour|date night|road trip|long weekend|
      snow day
    `,
  ],
  [
    1.8,
    `
      cracks me up|crack me up|cracking me up|cracked me up|dying laughing|laughing so hard|
      laugh out loud|made me laugh|makes me laugh|made me smile|makes me smile|made me cry|worth it|
      worth every|worth the|never gets old|cheer up|feel better|feeling better|much better|
      even better|better than ever|get well
    `,
  ],
  [
    2,
    `
      highly recommend|highly recommended|check it out|thumbs up|two thumbs up|high five|props to|
      kudos to|hats off|shout out|shoutout to|good luck|best wishes|all the best|well deserved|
      keep it up|way to go|good job|great job|nice work|good work|great work|good stuff|great stuff|
      spot on
    `,
  ],
  [
    2.4,
    `
      thank god|thank goodness|so proud|so happy|so glad|so cute|so good|love it|love this|love you|
      loved it|loving it|love u|happy birthday|hot damn|oh yeah|oh yes|hell yea|nailed it|rocks my|
      so much fun|a blast|had a blast|good times|great time|good time
    `,
  ],
  [
    2.6,
    `
      made my day|makes my day|making my day|make my day|blown away|on point|in love|over the moon|
      on cloud nine|dream come true|dreams come true|come true|the shit|the bees knees|bees knees|
      second to none|top notch|world class|must see|must read|must have|must watch
    `,
  ],
];
