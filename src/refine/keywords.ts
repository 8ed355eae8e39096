import { unmasked } from "../kit/fold.ts";

const MAX_KEYWORDS = 8;
const STOP = new Set(
  "about after again all also always and another any are around back because been before being between both but can cant check come could day did does doesnt doing done dont down each even every first for from get gets getting going good got had has have having here hers him his how http https into its ive just keep know last let like little look lot made make many may maybe more most much must need never new next not now off one only other our out over own people really right said same say see she should since some something still such take than thank thanks that thats the their them then there these they thing things think this those though time today tomorrow too two under until upon use used very want was way week well went were what when where which while who why will with wont would year yes yet you your youre".split(
    " ",
  ),
);
const NOISE = /https?:\/\/\S+|[@$]\w+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?:\/\S*)?|\b\w*\d\w{20,}\b/gi;
const WORD = /#?[\p{L}\p{M}][\p{L}\p{M}\p{N}'-]{2,29}/gu;

/** The words that say what a post is about: hashtags first, then the most frequent, then the longest; lower case, no function words. */
export function keywordsOf(text: string): string[] {
  const weights = new Map<string, number>();
  for (const [found] of unmasked(text).toLowerCase().replace(NOISE, " ").matchAll(WORD)) {
    const word = found.replace(/^#|['’]s$/g, "");
    if (word.length < 3 || STOP.has(word.replace(/['’]/g, ""))) continue;
    weights.set(word, (weights.get(word) ?? word.length / 100) + (found.startsWith("#") ? 2 : 1));
  }
  return [...weights]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_KEYWORDS)
    .map(([word]) => word);
}
