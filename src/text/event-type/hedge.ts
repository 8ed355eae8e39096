import type { EventType } from "../../model/scalars.ts";
import { DENIED_ABROAD, SUPPOSED_ABROAD } from "./hedge-abroad.ts";

/** The words deny what they name: "was not hacked", "no funds were lost", "false alarm". */
const DENIED = [
  /\b(?:not|never|nor)\s+(?:yet\s+|been\s+|being\s+|get(?:ting)?\s+|actually\s+|really\s+)*(?:hack|exploit|attack|drain|compromis|breach|rug|affect|stolen|lost|paus|halt|list|depeg|launch|partner|add|support|true|real)\w*/i,
  /\b(?:wasn|isn|hasn|weren|aren|haven|won|didn|doesn|ain)['’]?t\s+(?:been\s+|get\s+|getting\s+)?(?:hack|exploit|attack|drain|compromis|breach|rug|stolen|lost|paus|list|depeg|launch|partner|add|true|real)\w*/i,
  /\bno\s+(?:\w+\s+)?(?:hack|exploit|attack|breach|issue|problem|vulnerabilit|depeg|listing|funds?|money|loss|airdrop|partnership|launch)\w*/i,
  /\b(?:nobody|no\s+one|none)\s+(?:has\s+|was\s+|ever\s+|actually\s+)*(?:hack|exploit|attack|drain|compromis|breach|stole|rug|took|taken|list|lost)\w*/i,
  /\b(?:peg\s+(?:is\s+|was\s+|has\s+been\s+)?(?:fully\s+)?(?:restored|back|holds?|held|recovered)|re-?pegg?(?:ed|s)?|(?:regain|restor|recover|held|hold|keep|kept)\w*\s+(?:its|the)\s+peg|(?:a|one)\s+dollar\s+again|again\s+(?:worth|at)\s+(?:a|one)\s+dollar|back\s+(?:at|to|on|above)\s+(?:(?:its|the)\s+)?(?:peg|par|\$?1(?:\.00\d*)?(?![\d.])|\$?0[.,]99\d*))/i,
  /\b(?:stor(?:y|ies)|reports?|rumou?rs?|claims?|news|screenshots?|threads?|posts?|tweets?)\s+(?:is|are|was|were)\s+(?:all\s+|just\s+|totally\s+|completely\s+)?(?:fake|false|nonsense|invented|bogus|old)\b/i,
  /\b(?:hack(?:ed)?|exploit(?:ed)?|attack(?:ed)?|breach|rug(?:ged)?|depeg(?:ged)?|listing|listed)\s*\?\s*(?:no|nope|nah)\b/i,
  /\bnothing\s+(?:was|is|has|happened|to\s+see|wrong|but)\b|\bit\s+was\s+nothing\b/i,
  /\b(?:false\s+alarm|fake\s+news|made\s+up|hoax|debunk\w*|untrue|fud|misread|retract\w*|took\s+it\s+back|all\s+good|works\s+fine|(?:is|are)\s+(?:fine|safe|right)|that\s+is\s+wrong|is\s+wrong|den(?:y|ies|ied))\b/i,
  /\b(?:will|would|does|do|is|are)\s+not\s+(?:be\s+)?(?:list|add|launch|support|partner|hack|depeg)\w*/i,
  /\bno\s+(?:fue|ha\s+sido|está|esta)\s+\w*(?:hacke|ataca|roba|lista)\w*|\bnicht\s+(?:\w+\s+)?(?:gehackt|angegriffen|gelistet|betroffen)\b/i,
  /\bn['’](?:a|est)\s+pas\s+(?:été\s+)?(?:pirat|hack|attaqu|list)\w*|\bnão\s+(?:foi|será)\s+\w*(?:hacke|ataca|lista)\w*/i,
  /не\s+(?:был[аои]?\s+)?(?:взлом|взлам|атаков|украл|листит|украден)/iu,
  DENIED_ABROAD,
];
/** Asked, wished for, supposed or remembered: no report of what happens now. */
const SUPPOSED = [
  /^\s*(?:is|was|were|are|did|does|do|has|have|had|could|can|would|should|will|when|which|what|why|how|who|where|any(?:one|body))\b(?=[^.!]*\?)/i,
  /\b(?:imagine|i\s+hope|hopefully|i\s+wish|my\s+dream|dreaming\s+of|would\s+love|one\s+day|someday|vote\s+for|deserves?|wen|if\b.{0,40}\b(?:ever|gets?|got|were|was)|should\s+\S+\s+(?:pay|list|launch)|when\s+(?:binance|kraken|coinbase|listing|airdrop|launch|token)|(?:kraken|binance|coinbase|listing|airdrop|launch)\s+when)\b/i,
  /\b(?:remember|back\s+in\s+(?:19|20)\d\d|(?:years?|months?)\s+ago|last\s+year|in\s+20[01]\d|anniversary\s+of)\b/i,
  /\b(?:might|may|could)\s+(?:soon\s+|be\s+|get\s+|have\s+been\s+)+\w+|\b(?:whispers?|hearsay|in\s+talks|(?:i|we)\s+(?:hear|heard)|hearing\s+that)\b/i,
  SUPPOSED_ABROAD,
  /\b(?:rumou?rs?|allegedly|unconfirmed|supposedly|speculation)\b/i,
];

/** The end of a listing is none: "will delist", "removes the pair", "상장 폐지". */
const DELISTED =
  /\bde-?list\w*|\b(?:remov|suspend|discontinu|drop|end)\w*\s+(?:\S+\s+){0,4}(?:pairs?|listings?|trading|from\s+trading)\b|делист\p{L}*|исключ\p{L}*\s+из\s+листинга|retir\p{L}*\s+(?:\S+\s+){0,2}de\s+la\s+lista|下架|摘牌|상장\s?폐지|上場廃止/iu;

/** A coin that is pegged to nothing costs less than a dollar like any other sum. */
const UNDER_A_DOLLAR = /\b(?:under|below|beneath)\s+(?:a|one)\s+dollar\b/i;
const PEGGED = /peg|\bpar\b|stable|rede(?:em|mpt)|usd|eur|\bdai\b|tether|reserve/i;

/** The attack was on somebody else: "after the hack of another bridge, $DEMO looks cheap". */
const ELSEWHERE = [
  /\b(?:hack|exploit|attack|breach|theft|drain|rug)\w*\s+(?:pull\s+)?(?:of|on|at|from)\s+(?:an?other|some\s+other|other|a\s+(?:rival|different|competing))\b/i,
  /\b(?:an?other|other|some\s+other|rival|competing)\s+(?:\w+\s+){0,2}(?:was|were|got|gets|is|has\s+been)\s+(?:hack|exploit|drain|attack|rug|breach)\w*/i,
  /\b(?:hack|exploit|drain|attack|stole|lost)\w*\s+elsewhere\b/i,
  /\b(?:fle[ed]\w*|flow\w*|rotat\w+|escap\w+|mov\w+)\b[^.;]{0,40}\b(?:hacked|exploited|drained|rugged|attacked)\b[^.;]{0,30}\sinto\s+\$/i,
];

/** How much of a report is left when its words deny it, or only suppose, ask or remember it. */
const LEFT_DENIED = 0.1;
const LEFT_SUPPOSED = 0.29;
/** Of a question mark at the end, whatever the words. */
const QUESTION = /\?\s*["'”’)]*\s*$/;

/**
 * The share, 0..1, that is left of what a text seems to report of a type once its negations,
 * questions and suppositions are read; 1 for a plain statement.
 */
export function reportShare(text: string, type?: EventType): number {
  if (type === "listing" && DELISTED.test(text)) return LEFT_DENIED;
  if (type === "depeg" && UNDER_A_DOLLAR.test(text) && !PEGGED.test(text)) return LEFT_DENIED;
  if (type === "security_alert" && ELSEWHERE.some((pattern) => pattern.test(text)))
    return LEFT_DENIED;
  if (DENIED.some((pattern) => pattern.test(text))) return LEFT_DENIED;
  if (QUESTION.test(text) || SUPPOSED.some((pattern) => pattern.test(text))) return LEFT_SUPPOSED;
  return 1;
}
