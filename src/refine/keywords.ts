import { hasLongRun } from "../text/entities/long-run.ts";
import { foldConfusables, isAscii } from "../text/normalize.ts";

const MAX_KEYWORDS = 8;
const STOP = new Set(
  `
    about after again all also always and another any are around back because been before being
    between both but can cant check come could day did does doesnt doing done dont down each even
    every first for from get gets getting going good got had has have having here hers him his how
    http https into its ive just keep know last let like little look lot made make many may maybe
    more most much must need never new next not now off one only other our out over own people
    really right said same say see she should since some something still such take than thank thanks
    that thats the their them then there these they thing things think this those though time today
    tomorrow too two under until upon use used very want was way week well went were what when where
    which while who why will with wont would year yes yet you your youre
  `
    .trim()
    .split(/\s+/),
);
const LINK = /https?:\/\/\S+/g;
const NAME = /[@$]\w+/g;
const DOMAIN = /(?<![a-z0-9-])(?:[a-z0-9-]+\.){1,6}[a-z]{2,}(?:\/\S*)?/g;
const IDENTIFIER = /\b\w*\d\w{20,}\b/g;
const SHORTEST_IDENTIFIER = 21;
const WORD = /#?[\p{L}\p{M}][\p{L}\p{M}\p{N}'-]{2,29}/gu;
const ASCII_WORD = /#?[a-z][a-z0-9'-]{2,29}/g;

/**
 * The text without links, handles, cashtags and identifiers. Each pattern is asked only where what
 * it needs is there.
 */
function withoutNames(lower: string): string {
  let bare = lower.includes("://") ? lower.replace(LINK, " ") : lower;
  if (bare.includes("@") || bare.includes("$")) bare = bare.replace(NAME, " ");
  if (bare.includes(".")) bare = bare.replace(DOMAIN, " ");
  return hasLongRun(bare, SHORTEST_IDENTIFIER) ? bare.replace(IDENTIFIER, " ") : bare;
}

/**
 * The words that say what a post is about: hashtags first, then the most frequent, then the
 * longest; lower case, no function words.
 */
export function keywordsOf(text: string): string[] {
  const weights = new Map<string, number>();
  const bare = withoutNames(foldConfusables(text).toLowerCase());
  for (const found of bare.match(isAscii(bare) ? ASCII_WORD : WORD) ?? []) {
    const tagged = found.startsWith("#");
    const word = found.slice(tagged ? 1 : 0, found.endsWith("'s") ? -2 : undefined);
    if (word.length < 3 || STOP.has(word.includes("'") ? word.replaceAll("'", "") : word)) continue;
    weights.set(word, (weights.get(word) ?? word.length / 100) + (tagged ? 2 : 1));
  }
  const byWeight = [...weights].sort((a, b) => b[1] - a[1]);
  return byWeight.slice(0, MAX_KEYWORDS).map(([word]) => word);
}
