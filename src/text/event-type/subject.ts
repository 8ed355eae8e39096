/** Where one statement ends and the next begins within a sentence. */
const BREAK =
  /[;–—]\s|,\s+(?=\$[\p{L}\d]+\s+(?!(?:and|or|y|und|et|e|и)\s)\p{Ll}{2})|\sand\s(?=(?:(?:de)?lists?|adds?|removes?|supports?)\s\$)|\s-\s|\s(?:while|but|whereas|unlike|after|as|following|because|since|though|although|despite|so|then|mientras|pero|während|aber|tandis|mais|mas|пока|но|после)\s/giu;

/** A dollar coin that stands behind the pool, the vault or the loan of another token. */
const STABLE =
  "(?:stable\\s?coins?|\\w{0,5}usd\\w{0,2}|dai|tether|collateral|quote\\s(?:coin|token))";
const OF_ITS_POOL = new RegExp(
  `(?:^|[^\\p{L}])${STABLE}\\b[^.;$]{0,24}\\s(?:behind|of|in|under|backing|inside|for|within)\\s+` +
    "(?:the\\s+|our\\s+|its\\s+)?$",
  "iu",
);
const POOL =
  /^\$?[\p{L}\d_.]+(?:['’]s)?\s+(?:liquidity\s+)?(?:pools?|pairs?|vaults?|markets?|lps?)\b/iu;
/** "$DEMO LPs suffer as USDC depegs", "the $DEMO treasury holds USDX, which lost its peg". */
const STABLE_LOST = new RegExp(
  `(?:^|[^$\\p{L}])${STABLE}\\b(?:,)?\\s+(?:which\\s|that\\s|just\\s|has\\s|is\\s|was\\s|now\\s)*` +
    "(?:depeg\\w*|los(?:t|es|ing)|slip\\w*|broke|breaks|trades|falls?|fell|drops?)\\b",
  "iu",
);

/** "After the $A hack, people move to $B": what comes first is another statement. */
const LEAD =
  /^\s*(?:after|since|following|unlike|despite|although|though|while|whereas|as|when|with|nach|tras|après|después\sde|после)\s[^,;]{3,80},\s/iu;

/** Where the statement of a sentence that holds the place `at` begins and ends. */
export function clauseAt(sentence: string, at: number): { from: number; to: number } {
  const lead = LEAD.exec(sentence)?.[0].length ?? 0;
  if (at < lead) return { from: 0, to: lead };
  let from = lead;
  for (const { index, 0: mark } of sentence.matchAll(BREAK)) {
    if (index < lead) continue;
    if (index >= at) return { from, to: index };
    from = index + mark.length;
  }
  return { from, to: sentence.length };
}

/** Whether the peg that a sentence speaks of is that of a coin beside the token at `at`. */
export function isPegOfAnother(sentence: string, at: number): boolean {
  if (OF_ITS_POOL.test(sentence.slice(Math.max(0, at - 60), at)))
    return POOL.test(sentence.slice(at, at + 60));
  const lost = STABLE_LOST.exec(sentence);
  if (lost === null) return false;
  // "$FUSD stablecoin lost its peg", "the stablecoin $FUSD fell": one and the same coin.
  const gap = sentence.slice(at, lost.index + 1);
  return lost.index > at && /\s\S+\s/.test(gap);
}

const TURNED =
  /\b(?:swap|convert|exchang|bridg|launder|turn|mov|sold|sell|chang)\w*\b[^.;]{0,60}\s(?:in)?(?:to|for)\s+$/i;

/** "the attacker swapped the loot into $ETH": the token at `at` is what was stolen for. */
export const isLootsForm = (sentence: string, at: number): boolean =>
  TURNED.test(sentence.slice(Math.max(0, at - 100), at));
