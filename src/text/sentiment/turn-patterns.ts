/** A pattern that finds one of these. */
const matching = (...alternatives: string[]): RegExp => new RegExp(alternatives.join("|"));

/** `side` of a text that has the pattern: +1 good for holders, -1 bad. */
export type TurnPattern = {
  /** The pattern is asked only when one of these words is in the text. */
  triggers: string;
  /** `numbers`: the first two groups are two prices, the earlier one first; they decide. */
  side: 1 | -1 | "numbers";
  pattern: RegExp;
};

const PRAISE =
  "(?:great|nice|lovely|awesome|amazing|wonderful|congrat\\w*|thanks|thank you|perfect|brilliant|" +
  "wow|oh (?:good|look)|fantastic|beautiful|love (?:it|this|that|watching)|best \\w+ ever|" +
  "what a|so brave|" +
  "well done|bravo|masterpiece|so (?:happy|glad|proud)|good job|great job|genius|" +
  "legendary|splendid)";
/** What went well in the end is no mishap. */
const UNDONE =
  "(?!.{0,40}\\b(?<!\\b(?:no|not|never|without) )" +
  "(?:return|recover|refund|prevent|avert|stopp)\\w*)";
const MISHAP =
  "(?:(?:down|minus) (?:another |only |just |a mere )?\\d|a? new lows?\\b|" +
  "(?:paused|halted|stuck|frozen|suspended) (?:withdrawals|redemptions|the (?:chain|bridge))|" +
  "(?:withdrawals|redemptions|chain|bridge) (?:are |is )?(?:paused|halted|stuck|frozen|" +
  "suspended)|" +
  `\\bexploits?\\b${UNDONE}|\\bhacks?\\b(?! ?(?:day|week|weekend|night|fest)\\b)${UNDONE}|` +
  "at the top\\b|-\\d+ ?%|another (?:unlock|dump|exploit|" +
  "delay|hack|rug|outage|" +
  "dilution|red)|(?:stuck|paused|halted|down|delayed|offline|hacked) again|\\bthe " +
  "(?:\\$\\w+ )?top\\b|" +
  "what zero|(?:to|hit) zero\\b|knife|rekt|" +
  "with our (?:money|liquidity|funds)|just what (?:we|i) needed|new lows?\\b)";
/** Praise of a chance to buy is meant. */
const CHANCE = "(?!.{0,60}(?:opportunit|entr(?:y|ies)|discount|time to buy|to buy|sale|bottom))";
const OWN =
  "(?:so |and |but |now |, )?i(?:'m| am|'ve been| have been| keep| just)?(?: still| now)?";
/** "Buyers of $DEMO from last year", "everyone who bought $DEMO at the top": how they stand. */
const HOLDERS =
  "\\b(?:buyers?|holders?|investors?|longs|(?:who|that)(?: \\w+)? bought)\\b" +
  "(?: (?:of|in|at|from|the|this|last|its|since|top|bottom|low|year|month|week|may|june|ipo|" +
  "\\$\\w+|#\\w+)){0,6} ";
const AMOUNT = "\\$?(\\d[\\d,.]{0,9}\\s?[kmb]?)\\b";
const UNIT = "(?:\\s?(?:dollars?|usd|cents?|bucks?|mc|cap))?";
/** What holders like to see fall, and units in which no price is told. */
const COSTS = "\\b(?:fees?|gas|latency|inflation|tax(?:es)?|commissions?|block times?)\\b";
const NO_PRICE =
  "(?!\\s?(?:gwei|wei|bps|ms|blocks?|(?:sec(?:ond)?|min(?:ute)?|hour|day|week|month|year)s?)\\b)";
const QUIET =
  "\\b(?:team|devs?|founders?)(?: (?:of|at|behind) \\S+)? (?:has |have |had )?" +
  "(?:been |gone|went|is|are|stays?)? ?(?:so )?(?:quiet|silent|dark|missing|mia)";
const AT_WORK =
  "\\b(?:build(?:ing|s)?|ship(?:ping|s|ped)?|work(?:ing|s)?|cooking|coding|heads[- ]down|" +
  "at work)\\b";
const FLIES =
  "(?:flying|running|mooning|ripping|printing|pumping|sending|soaring|unstoppable|up \\d|" +
  "at (?:the )?highs?)";

/** What the writer of a text does, and what he regrets. */
export const OWN_TURNS: readonly TurnPattern[] = [
  {
    triggers: "loading buying adding accumulating bidding scooping",
    side: 1,
    pattern: matching(
      `(?:gave up|given up|says|said|capitulat|panic|fear|everyone|they|dead|done|` +
        String.raw`fud).{0,70}?${OWN} (?:loading|buying|adding|accumulating|bidding|scooping)\b`,
    ),
  },
  {
    triggers: "sold dumped exited closed",
    side: -1,
    pattern:
      /\bi(?:'ve| have)?(?: just| finally)? (?:sold|dumped|exited|closed) (?:everything|it all|all (?:of )?(?:it|mine|my)|my (?:whole|entire|last|whole bag))/,
  },
  {
    triggers: "adding buying loading stacking holding",
    side: 1,
    pattern:
      /\bi (?:just )?(?:keep|kept|will keep) (?:on )?(?:adding|buying|loading|stacking|holding)\b|\bshut up and (?:buy|take)/,
  },
  {
    triggers: "mad only laughed wish sad angry",
    side: 1,
    pattern:
      /\b(?:mad|angry|sad|wish|upset|pissed|gutted)\b.{0,25}\bonly (?:bought|have|had|got|own|hold)\b|\blaughed\b.{0,20}\bwhen i bought\b/,
  },
  {
    triggers: "out exit leave",
    side: -1,
    pattern:
      /(?:time to (?:get out|exit|leave)|(?<!then |before |unless |until |and )\bi(?:'m| am) (?:out|done)\b(?! of (?:the woods|shorts?|office))|\bwe are exit liquidity)/,
  },
  {
    triggers: "sold sell",
    side: 1,
    pattern:
      /(?:i (?:hate|regret|can'?t believe|cannot believe)|why did i|wish i had(?:n't| not)|kicking myself|idiots?|paper ?hands?|you (?:all|people|idiots|fools)?).{0,30}\bs(?:old|ell|elling)\b.{0,40}(?:before|bottom|too early|too soon|\blows?\b|and now|now it)/,
  },
  {
    triggers: "glad",
    side: 1,
    pattern:
      /(?:told|tell|said|urged|begged).{0,30}\bsell\b.{0,60}(?:glad|good thing|happy) (?:that )?i (?:did not|didn'?t|ignored|held|never)/,
  },
];

/** What others do and say, and what the market does. */
export const OTHER_TURNS: readonly TurnPattern[] = [
  {
    triggers: "called said told says",
    side: 1,
    pattern:
      /\b(?:called|call|said|told).{0,40}\b(?:scam|dead|ponzi|finished|worthless|over)\b.{0,50}\b(?:buying|bought|fomo\w*|now (?:it'?s|it is|we'?re) (?:flying|running|mooning|ripping|up))/,
  },
  {
    triggers: "from",
    side: "numbers",
    pattern: matching(
      String.raw`(?<!${COSTS}.{0,30})\bfrom ${AMOUNT}${UNIT} to ${AMOUNT}${NO_PRICE}`,
    ),
  },
  {
    triggers: "at",
    side: "numbers",
    pattern: matching(
      String.raw`\b(?:dead|done|finished|over|called|bought|in)\b.{0,20} at ${AMOUNT}${UNIT}` +
        String.raw`.{1,20}\bnow (?:it'?s |it is |at |we'?re at )?${AMOUNT}`,
    ),
  },
  {
    triggers: "promised predicted calling",
    side: "numbers",
    pattern: matching(
      String.raw`\b(?:promised|predicted|calling|called|targets?).{0,40} (?:to|at|of|for)` +
        String.raw` ${AMOUNT}${UNIT}.{1,16}\b(?:it is|it'?s|now|we'?re|sits|trades) (?:at |` +
        `now )?${AMOUNT}`,
    ),
  },
  {
    triggers:
      "great nice lovely awesome amazing wonderful congrats congratulations thanks thank perfect " +
      "brilliant wow oh fantastic beautiful love best what brave well bravo masterpiece happy " +
      "glad " +
      "proud good genius legendary splendid",
    side: -1,
    pattern: matching(
      `${PRAISE}${CHANCE}[^!?]{0,70}?${MISHAP}`,
      `${MISHAP}[^!?]{0,30}(?:${PRAISE}${CHANCE}|love it)`,
    ),
  },
  {
    triggers: "any",
    side: -1,
    pattern:
      /\b(?:sure|totally|surely|definitely|will)\b.{0,40}\bany (?:century|decade|year|millennium|lifetime)\b/,
  },
  {
    triggers: "cheap low undervalued early",
    side: 1,
    pattern:
      /\bhow\b.{0,30}\bis\b.{0,20}\b(?:still )?(?:this|so|that) (?:cheap|low|undervalued|early|ignored)\b|\bstill (?:early|cheap|undervalued)\b|\bnot (?:even )?(?:expensive|overvalued|late)\b/,
  },
  {
    triggers: "expensive overvalued late",
    side: 1,
    pattern: matching(
      String.raw`\b(?:not|isn'?t|hardly) (?:even |that |really )?(?:expensive|overvalued|late)` +
        String.raw`\b`,
    ),
  },
  {
    triggers:
      "insane crazy nuts parabolic mental bonkers unstoppable sick nasty filthy disgusting wild",
    side: 1,
    pattern:
      /\b(?:going|gone|went|goes) (?:absolutely |completely |fucking |totally |full )?(?:insane|crazy|nuts|parabolic|mental|bonkers|wild)\b|\b(?:is|are|looks?) (?:absolutely |fucking )?(?:unstoppable|insane)\b|\b(?:sick|nasty|filthy|insane|disgusting|crazy) (?:gains?|run|move|pump|chart|candle|rally|strength|numbers|growth)\b/,
  },
  {
    triggers: "fud fudding fudders crying cry stop",
    side: 1,
    pattern:
      /\b(?:stop|quit|enough|ignore|so much|all) (?:the |this |spreading |with the )?(?:fud|fudding|fudders)\b|\b(?:people|they|haters|bears|shorts) (?:are |keep )?(?:crying|coping|seething|whining)\b/,
  },
  {
    triggers: "bears shorts shorters",
    side: 1,
    pattern:
      /\b(?:bears|shorts|shorters) (?:are |is |in |getting )*(?:shambles|crying|coping|seething|mald\w*|sweating|cooked|trapped)\b/,
  },
  {
    triggers: "bulls longs holders",
    side: -1,
    pattern:
      /\b(?:bulls|longs|holders) (?:are |is |in |getting )*(?:shambles|crying|coping|trapped|underwater)\b/,
  },
  {
    triggers: "buyers buyer holders holder investors bought longs everyone",
    side: -1,
    pattern: matching(
      `${HOLDERS}(?:are |is |sit |now |still |all |deep |deeply |on average )*` +
        "(?:under ?water|in the red|down (?:by )?\\d|nursing (?:\\w+ )?loss|" +
        "on (?:\\w+ )?(?:\\w+ )?losses|losing money|bag ?holding)",
      `${HOLDERS}(?:have |has |had )?(?:all )?(?:lost|losing) (?:\\w+ )?` +
        "(?:money|\\$?\\d|millions|billions)",
    ),
  },
  {
    triggers: "buyers buyer holders holder investors bought longs everyone",
    side: 1,
    pattern: matching(
      `${HOLDERS}(?:are |is |sit |now |still |all |deep |deeply |on average )*` +
        "(?:in (?:the )?(?:profit|green|money)|up (?:by )?\\d|on (?:\\w+ )?(?:gains|profits))",
      `${HOLDERS}(?:have |has |had )?(?:all )?(?:made|making) (?:\\w+ )?` +
        "(?:money|a profit|profits|\\$?\\d)",
    ),
  },
  {
    triggers: "wall walls",
    side: 1,
    pattern:
      /\b(?:sell|ask|selling) walls? (?:\w+ )?(?:\w+ )?(?:eaten|gone|cleared|removed|chewed|absorbed|broken)\b/,
  },
  {
    triggers: "wall walls bids",
    side: -1,
    pattern:
      /\b(?:bid|buy|buying) walls? (?:\w+ )?(?:\w+ )?(?:pulled|gone|removed|eaten|vanished|broken)\b|\bbids (?:were |got |are )?(?:pulled|gone)\b/,
  },
  {
    triggers: "shock sellers downside mispricing mispriced discount asymmetric",
    side: 1,
    pattern:
      /\bsupply (?:shock|squeeze|crunch)\b|\bno(?:body| one)? (?:more )?(?:sellers|left to sell)\b|\b(?:little|limited|no) downside\b|\bmispric(?:ed|ing)\b|\bdiscount\b.{0,30}\b(?:won'?t|will not|not going to) last\b/,
  },
  {
    triggers: "funding",
    side: 1,
    pattern: /\bfunding\b.{0,30}\bnegative\b.{0,60}\b(?:squeeze|hold\w*|up|bid|fuel)\b/,
  },
  {
    triggers: "understand get comprehend",
    side: 1,
    pattern:
      /\b(?:people|idiots?|retards?|haters|bears|they|anyone|someone|who)\b.{0,30}\b(?:don'?t|doesn'?t|do not|does not) (?:understand|get|comprehend)\b(?! (?:\S+ ){0,3}(?:docs?|documentation|ui|app|interface|whitepaper|instructions|paid|refunds?|support|answers?|help)\b)/,
  },
  {
    triggers: "cares care quiet volume dried team",
    side: -1,
    pattern:
      /\b(?:nobody|no one|noone) (?:even )?cares?\b|\b(?:volume|liquidity|interest|bids?) (?:has |have )?(?:dried|drying|died)(?: up)?\b(?! on the (?:way down|dip|pullback))/,
  },
  {
    triggers: "quiet silent dark",
    side: 1,
    pattern: matching(`${QUIET}\\b.{0,40}${AT_WORK}`, `${AT_WORK}.{0,30}${QUIET}`),
  },
  {
    triggers: "quiet silent dark missing mia",
    side: -1,
    pattern: matching(`${QUIET}\\b`),
  },
  {
    triggers: "shorts short",
    side: -1,
    pattern: /\bmy shorts? (?:\w+ )?(?:pa(?:id|ys)|print\w*)/,
  },
  {
    triggers: "longs long",
    side: 1,
    pattern: /\bmy longs? (?:\w+ )?(?:pa(?:id|ys)|print\w*)/,
  },
  {
    triggers: "yacht yachts lambo lambos villa villas mansion mansions",
    side: -1,
    pattern:
      /\b(?:devs?|teams?|founders?|vcs?|insiders?)['’]?s?['’]? (?:\w+ )?(?:yachts?|lambos?|villas?|mansions?)\b/,
  },
  {
    triggers: "shrugs shrugged shrugging blink flinch ignores ignored unlock",
    side: 1,
    pattern:
      /\bshrug\w* (?:\w+ )?off\b|\b(?:did ?n['o]t|does ?n['o]t|didn't|doesn't|did not|does not|not) even (?:blink|flinch|react|budge)\b|\bignor(?:es|ed) (?:all |the |more )*(?:bad news|fud)\b|\bunlock\w* (?:is |are )?(?:finally |now )?(?:over|behind us|done|absorbed)\b/,
  },
  {
    triggers: "bounce pump rally move rise",
    side: -1,
    pattern:
      /\b(?:can'?t|cannot|could ?n'?t|does ?n'?t|didn'?t|did not|does not|not) even (?:bounce|pump|rally|move|rise)\b/,
  },
  {
    triggers: "promised",
    side: -1,
    pattern:
      /\bpromised (?:us )?(?:the moon|the world|everything|a lot)\b.{0,20}\b(?:delivered|got|shipped|gave)\b/,
  },
  {
    triggers: "fear blood panic fade fading faded",
    side: 1,
    pattern:
      /\b(?:bought|buying|buy) (?:the|this|that|all the) (?:fear|blood|panic)\b|\bfad(?:e|ed|ing)\b.{0,30}\b(?:deserve|regret|poor|mistake|ngmi|cry)/,
  },
  {
    triggers: "said promised right",
    side: -1,
    pattern:
      /\bto the moon,? (?:they|he|you|everyone) (?:said|promised)\b|\b(?:they|he) (?:said|promised)\b.{0,40}\b(?:basement|zero|floor|grave|hell)\b|^\W*(?:yeah|oh) (?:right|sure)\b/,
  },
  {
    triggers: "highs high straight doubles doubled delivers record",
    side: 1,
    pattern:
      /\b(?:new|fresh) (?:\w+ )?highs?\b(?! of (?:fear|pain))|\bstraight up\b|\b(?:every|each) (?:year|time|month) it (?:doubles|doubled|rises)\b|\bhaters?\b.{0,30}\bdelivers?\b/,
  },
  {
    triggers: "rally rallies bounce pump rip rejected",
    side: -1,
    pattern:
      /\b(?:every|each) (?:\$\w+ )?(?:rally|bounce|pump|rip)\b.{0,20}\b(?:sold|faded|dumped|dies)\b|\b(?:keeps|kept) getting rejected\b/,
  },
  {
    triggers: "insiders team investors vcs unlock",
    side: -1,
    pattern:
      /\b(?:insiders|team|investors|vcs|early backers)\b.{0,20}\b(?:unlocks?|dump\w*|selling|cash\w* out)\b/,
  },
  {
    triggers: "sellers seller",
    side: 1,
    pattern: matching(
      String.raw`\bsellers? (?:are |is )?(?:running out|run out|ran out|exhaust\w*|gone|tired)` +
        String.raw`\b`,
    ),
  },
  {
    triggers: "now",
    side: 1,
    pattern: matching(String.raw`\bnow (?:it'?s|it is|we'?re|they'?re) ${FLIES}`),
  },
];
