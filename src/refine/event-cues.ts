import type { EventType } from "../model/scalars.ts";

/** Phrases of lower-case text that speak for a type: 1 decides alone, less needs company, below 0 speaks against. */
export const EVENT_CUES: Partial<Record<EventType, readonly (readonly [weight: number, cue: RegExp])[]>> = {
  security_alert: [
    [
      1.1,
      /\b(?:hidden mint|oracle was manipulated|market emptied|holders are trapped|leaked|impostor|steals?|dumped everything|deployer (?:sold|dumped)|sell tax|only trust the)\b/,
    ],
    [0.9, /\bfake\b/],
    [
      1.5,
      /\b(?:hack(?:ed|ers?)?|exploit(?:ed|er|s)?|drain(?:ed|er|ers|ing)|rug ?pull(?:ed|s)?|rugged|honey ?pot|phishing|stolen|compromised|backdoor|reentrancy|vulnerabilit(?:y|ies))\b/,
    ],
    [
      1.2,
      /\b(?:security (?:alert|incident|breach|advisory)|emergency pause|paused (?:all )?(?:contracts?|withdrawals|deposits)|under attack|flash ?loan attack|private keys? (?:leaked|stolen)|post-?mortem)\b/,
    ],
    [
      1.1,
      /\b(?:revoke (?:your )?(?:approvals?|permissions?|access)|do not (?:interact|click|sign|connect)|don't (?:interact|click|sign)|(?:is|it's|looks like|total|confirmed|exit) (?:a )?scam|exit scam|scam (?:alert|token|contract))\b/,
    ],
    [
      1,
      /\b(?:can(?:'|no)?t sell|cannot sell|unable to sell|sell tax (?:is |of |at |to )?(?:[5-9]\d|100) ?%|mint (?:function|authority) (?:is )?(?:still )?(?:open|active|enabled)|liquidity (?:was |has been |got )?(?:removed|pulled)|dev (?:sold|dumped|pulled)|malicious|infinite mint|attacker|spoofed|fake (?:token|contract|site|website))\b/,
    ],
    [0.5, /\b(?:warning|alert|beware|caution|stay safe|funds? (?:lost|at risk)|bridge)\b|🚨|⚠/],
    [-1, /\b(?:no (?:hack|exploit|rug)|hackathon|rug-?proof|never (?:been )?(?:hacked|exploited)|anti-?rug|hack week)\b/],
  ],
  depeg: [
    [
      1.1,
      /\b(?:peg (?:broke|breaks|is gone|under pressure|holding)|(?:slip\w*|fell|fall\w*|drop\w*) [^.]{0,20}\bpeg|back to (?:its )?peg|under (?:its|the) peg|the dollar peg|below (?:one dollar|parity)|under \d\d cents|lost parity|stable no more|trad(?:es|ing) at (?:a \d+% discount|\$?0\.\d+))\b/,
    ],
    [
      0.9,
      /\b(?:usd\w*|\w*usd\w{0,2}|eur\w?|dollar|stable\w*|redemptions?|parity)\b[^.]{0,40}\b(?:at|below|under|now|to) \$?0\.[5-9]\d*/,
    ],
    [0.6, /\bat \$?0\.[5-9]\d\b|\bwobbles\b/],
    [
      1.6,
      /\bde-?peg(?:s|ged|ging)?\b|\b(?:lost|losing|loses|lose|breaks?|broke|broken|off|slipp?(?:ed|ing) (?:from|off)|regain(?:s|ed)?|restor(?:e|ed|ing)|recover(?:s|ed)?) (?:its |the |their |back to )?(?:dollar )?peg\b/,
    ],
    [
      1,
      /\b(?:stablecoin|usdt|usdc|usde|dai|frax|steth|peg)\b[^.]{0,60}(?:\$?0\.[6-9]\d*|below (?:\$1|a dollar|parity)|discount|parity|trading at \$?0\.)/,
    ],
    [0.5, /\bpeg\b|\bparity\b|\bcurve pool (?:is )?imbalanced\b/],
  ],
  whale_activity: [
    [
      1.1,
      /\b(?:large (?:holders?|transfers?)|biggest \S+ holder|top traders?|smart wallet|a single wallet|(?:someone|institution|fund) (?:just )?(?:bought|deposits?|sold|moved)|huge (?:buy|sell)|fresh wallet|(?:a|one) wallet spent)\b|\b[\d,.]{1,15} ?(?:k|m|million|billion)? \$?[a-z]{2,8} (?:was |were )?(?:transferred|moved|withdrawn|deposited)\b/,
    ],
    [
      1.4,
      /\bwhales?\b[^.]{0,60}\b(?:bought|buys?|buying|sold|sells?|selling|moved?|moves|moving|transferred|accumulat\w+|deposit\w*|withdr\w+|dump\w*|opens?|opened|longs?|shorts?|bag(?:s|ged)?|loaded|swapped|unstaked)\b/,
    ],
    [
      1.3,
      /\b(?:whale (?:alert|activity|watch|wallet)|smart money|dormant (?:wallet|address|whale)|(?:wallet|address) (?:dormant|inactive|asleep) (?:for|since))\b/,
    ],
    [
      1.1,
      /\b(?:transferred|moved|withdrew|deposited|sent|unstaked) (?:[\d,.]{1,15} ?(?:k|m|b|million|billion|thousand)? ?)\$?[a-z]{2,8}\b[^.]{0,80}\b(?:from|to|into|out of|on)\b/,
    ],
    [
      1,
      /\b(?:wallet|address|holder|insider|fund|institution)\b[^.]{0,50}\b(?:just )?(?:bought|sold|swapped|accumulated|scooped|dumped|spent|withdrew|deposited)\b[^.]{0,30}(?:\$|[\d,.]{1,15} ?(?:k|m|million|%))/,
    ],
    [0.6, /\bwhales?\b|🐋|🐳|\b(?:on-?chain data|top holders?|large (?:transfer|holder|buy|sell)|cold wallet)\b/],
  ],
  listing: [
    [
      1.2,
      /\b(?:trade|opens (?:spot )?trading (?:of|for)|perpetual (?:contract )?(?:goes live|with)|launch\w* the \S+ perpetual)\b[^.]{0,60}\b(?:on|for|binance|bybit|okx|bitget|gemini|coinbase|kraken|kucoin)\b/,
    ],
    [
      1.5,
      /\b(?:will (?:be )?list(?:ed)?|has (?:been )?listed|(?:is |are |got |gets |getting |now |just |newly |officially )listed|lists|to list|listing)\b[^.]{0,60}\b(?:binance|coinbase|kraken|okx|bybit|kucoin|gate(?:\.io)?|mexc|bitget|upbit|bithumb|htx|huobi|crypto\.com|robinhood|gemini|bitfinex|bingx|exchange|spot|cex|pair|tomorrow|today)\b/,
    ],
    [
      1.4,
      /\b(?:binance|coinbase|kraken|okx|bybit|kucoin|gate(?:\.io)?|mexc|bitget|upbit|bithumb|htx|huobi|crypto\.com|robinhood|gemini|bitfinex|bingx|exchange)\b[^.]{0,60}\b(?:lists?|listed|listing|adds? support|roadmap|opens? trading|trading (?:opens|starts|begins|is live|live)|perpetual|adds?|enables? deposits)\b/,
    ],
    [
      1.1,
      /\b(?:new (?:spot |perp |perpetual )?listing|listing (?:announcement|confirmed|date|alert)|(?:spot )?trading (?:opens|starts|begins|goes live|will open|is now open|pairs?)|deposits (?:are )?(?:now )?open|now (?:tradable|trading|available) on|perpetual contract|delist(?:ed|ing|s)?)\b/,
    ],
    [
      -0.9,
      /\b(?:token listing price|listing my|when listing|wen listing|price listing|nft listing|listed (?:my|this|these) (?:nft|piece|art))\b/,
    ],
  ],
  launch: [
    [1.1, /\b(?:public sale|finally live|just dropped on|dropped on pump|whitelist closes|presale|token sale)\b/],
    [
      1.3,
      /\b(?:presale|pre-sale|fair ?launch(?:ed|ing)?|stealth launch(?:ed)?|ido|ico|ieo|tge|token generation event|launchpad|initial (?:dex|coin) offering|liquidity (?:added|bootstrapping)|lbp)\b/,
    ],
    [
      1.2,
      /\b(?:(?:just |now |officially |we |finally |is |has |have |are )(?:launched|launching|launches|deployed)|token (?:launch|is live)|launch(?:es|ing)? (?:on|today|tomorrow|at|in|this|next|our|the|soon)|goes? live|went live|(?:is|are|we're|now) (?:officially |finally |now )?live (?:on|now|!|🚀)|contract (?:is )?deployed|new (?:token|coin|pair|launch)|just launched)\b/,
    ],
    [1.1, /\bdeploy\b[^.]{0,60}\b(?:ticker|token|with|symbol)\b|\bdeployed (?:a |the |new )?(?:token|coin|contract|on)\b/],
    [
      0.4,
      /\b(?:launch(?:ed|ing|es)?|live now|renounced|lp (?:burned|burnt|locked)|liquidity (?:burned|locked)|whitelist|starting mc|low mc|market ?cap)\b/,
    ],
    [
      -0.7,
      /\b(?:launch(?:ed|es|ing)? (?:an? |the |its |their |our )?(?:investigation|probe|campaign|attack|lawsuit|mainnet|testnet|staking|v\d|upgrade|bridge|feature|dashboard))\b/,
    ],
  ],
  protocol_update: [
    [
      1.1,
      /\b(?:audit of|developer update|development report|sdk \d|unstaking period|account abstraction|new (?:wallet )?(?:feature|version|release)|throughput|docs updated|docs are out|before the fork|node operators)\b/,
    ],
    [
      1.3,
      /\b(?:main ?net|test ?net|dev ?net)\b[^.]{0,50}\b(?:live|launch\w*|upgrade\w*|release\w*|deploy\w*|activat\w+|now|today|soon|beta|coming)\b|\b(?:hard ?fork|soft ?fork|network upgrade|protocol upgrade|governance (?:proposal|vote)|token ?burn(?:ed)?|buyback|fee switch|halving|emissions?|tokenomics|unlock(?:s|ed)? schedule|migration|migrat(?:e|es|ed|ing))\b/,
    ],
    [
      1.2,
      /\b(?:proposal|snapshot|dao)\b[^.]{0,50}\b(?:pass(?:ed|es)?|approv\w+|vot\w+|live|reject\w+|executed)\b|\b(?:v\d(?:\.\d+)*|version \d|patch|release|upgrade|update) (?:is |are |has |now |just |goes |went )?(?:live|out|released|shipped|deployed|here|available|ships|rolls out|rolling out|complete)\b/,
    ],
    [
      1.1,
      /\b(?:staking|restaking|validators?|bridge|sdk|api|wallet|app|feature|rollup|zk|sequencer|oracle|client|node software|roadmap)\b[^.]{0,40}\b(?:is live|now live|goes live|released|launched|launches|ships|shipped|upgrade[ds]?|update[ds]?|rolled out|supported|enabled|integrated|support)\b|\b(?:shipped|released|rolled out|introducing|rolling out) (?:our |the |a |an |new |support)?\s?(?:v\d|staking|bridge|sdk|api|wallet|update|upgrade|app|feature|support|client|release)/,
    ],
    [
      1,
      /\b(?:audit(?:ed)? (?:is |was |has been )?(?:complete|completed|passed|finished|report|by)|changelog|release notes|dev update|weekly update|development update|eip-?\d+|bip-?\d+|burn(?:s|ed|t) [\d,.]{1,15} ?(?:k|m|b|million|billion|%|\$|tokens?)?)\b/,
    ],
    [0.4, /\b(?:upgrade|update|governance|staking|mainnet|testnet|proposal|burn|roadmap)\b/],
  ],
  partnership: [
    [
      1.1,
      /\b(?:signed a (?:deal|contract|mou)|joint venture|(?:newest|new|official|technology|as a) partner|collaborat\w+|together with|works with|teams? up|join forces)\b/,
    ],
    [1, /\$[a-z0-9]+ (?:x|×) \$[a-z0-9]+/],
    [
      1.5,
      /\b(?:partner(?:s|ed|ing)?(?: up)? with|partnerships?|strategic (?:alliance|collaboration|investment|partner)|team(?:s|ed|ing)? up with|join(?:s|ed|ing)? forces|collaborat(?:es|ed|ing|ion)s? with|in collaboration with|alliance with|memorandum of understanding|mou)\b/,
    ],
    [
      1.1,
      /\b(?:integrat(?:es|ed|ing|ion)s? (?:with|into)|backed by|(?:led|invested) (?:by|in)[^.]{0,30}(?:round|capital|ventures|labs)|raised \$?[\d,.]{1,15} ?(?:m|million|k)|seed round|series [abc]|selected by|chosen by|works? with|working with|powered by|sponsor(?:s|ed|ship)?)\b/,
    ],
    [0.9, /\b[a-z0-9]+ (?:x|×|🤝) [a-z0-9$]+|🤝/],
    [-0.8, /\b(?:no partnership|fake partnership|not (?:a )?partner)\b/],
  ],
  airdrop: [
    [
      1,
      /\b(?:will receive \$|free \$?\w+ tokens?|drops free|to qualify for|points convert|quests? to earn|for (?:early|active) (?:users|wallets)|unclaimed)\b/,
    ],
    [1.6, /\bair-?drop(?:s|ped|ping)?\b/],
    [
      1.1,
      /\b(?:claim (?:your|the|portal|page|window|is|now|free|period|opens)|eligib(?:le|ility)(?: check\w*)?|free tokens?|snapshot (?:taken|date|on|at|will|for|has)|points? (?:program|season|farming)|season \d (?:rewards|points)|retroactive|giveaway|allocation checker)\b/,
    ],
    [0.4, /\b(?:claim(?:ed|ing)?|farm(?:ing)?|rewards|quests?|testnet users|allocation)\b|🎁|🪂/],
    [-1.2, /\b(?:fake airdrop|airdrop scam|no airdrop|scam airdrop|phishing)\b/],
  ],
  nft: [
    [1.1, /\b(?:rarity list|secondary sales|art drop|editions? of \d+|trait rarity|sweep\w* the floor|whitelist spots)\b/],
    [1.5, /\bnfts?\b/],
    [
      1.2,
      /\b(?:mint(?:ing)? (?:is |now |price |date |opens|starts|live|out|pass|page|day)|free ?mint|sold out in|floor (?:price|is|at|hits?|sweep\w*)|opensea|magic ?eden|blur|pfps?|collection|1\/1|holders? (?:of|get)|allow ?list|ordinals?|inscriptions?|generative art|digital collectibles?)\b/,
    ],
    [0.4, /\b(?:mint(?:ed|ing)?|artwork|art|edition|rare|traits?|reveal|whitelist|wl)\b/],
  ],
  trending: [
    [
      1.1,
      /\bvolume on\b|\b(?:rallies|soars|jumps|surges|climbs|smashes|ripping|spike)\b|[+]\d+ ?%|\b\d+ ?% (?:today|this week|in an hour)|\bmcap\b/,
    ],
    [
      1.4,
      /\b(?:trending|trend(?:s|ed)? (?:#?\d|on|at)|going viral|viral|top (?:gainers?|movers?|trending)|most (?:searched|viewed|talked|mentioned|traded)|everyone (?:is |'s )?talking|all over (?:my|the) (?:timeline|feed|tl)|number one on|#1 on|hot ?list|mindshare|social (?:volume|dominance))\b/,
    ],
    [
      1.1,
      /\b(?:up|gain(?:s|ed)?|pump(?:s|ed|ing)?|surg(?:es|ed|ing)|rall(?:ies|ied|ying)|soar(?:s|ed|ing)|jump(?:s|ed|ing)|explod(?:es|ed|ing)|ripp(?:ed|ing)|\+)\s?(?:by |over |more than |almost |nearly |another )?\d[\d,.]{0,15}\s?(?:%|x)|\b(?:new )?(?:ath|all[- ]time high)\b|\b\d+x (?:in|since|from|already)\b/,
    ],
    [
      1,
      /\b(?:volume (?:is )?(?:up|spik\w+|explod\w+|surg\w+|hits?|just|through)|breakout|breaking out|mooning|sending it|parabolic|(?:hits?|hit|crosses|crossed|smashes|passes) (?:a )?\$?[\d,.]{1,15} ?(?:k|m|b|million|billion)? (?:market ?cap|mc|mcap|volume))\b/,
    ],
    [0.4, /🔥|📈|🚀|\b(?:hype|pumping|flying|ripping|buzz)\b/],
  ],
};
