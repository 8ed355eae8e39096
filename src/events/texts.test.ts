import { describe, expect, it } from "vitest";
import type { Mention } from "../model/mention.ts";
import { mention } from "../store/contract/fixtures.ts";
import { type GatheredEvidence, gather, NOTHING } from "./gather.ts";
import { summarise } from "./summarise.ts";
import { orderOf, type TextLikeness } from "./texts.ts";

/** Small enough that every bound is passed in every trial. */
const TIGHT = { compared: 14, inBand: 2 };
const TRIALS = 100;

function dice(seed: number) {
  let state = seed;
  return (sides: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}
type Dice = ReturnType<typeof dice>;

/** A fingerprint is a number here, and neighbours are near-duplicates: chains and bridges abound. */
const likeness = (bounds = TIGHT): TextLikeness => ({
  same: (a, b) => Math.abs(Number(a) - Number(b)) <= 2,
  bandsOf: (print) => [`d${Math.floor(Number(print) / 5)}`, `p${Number(print) % 3}`],
  bounds,
});

const somePosts = (roll: Dice): Mention[] =>
  Array.from({ length: 4 + roll(30) }, (_, id) =>
    mention(id, {
      fingerprint: String(roll(24)),
      author: `author${roll(6)}`,
      postedAt: new Date(Date.UTC(2026, 0, 15, 10, 0, roll(200))).toISOString(),
      sentiment: roll(6) === 0 ? null : (roll(2001) - 1000) / 1000,
      stance: roll(3) === 0 ? null : (roll(21) - 10) / 10,
      keywords: [...new Set(Array.from({ length: roll(12) }, () => `word${roll(90)}`))],
      lang: roll(4) === 0 ? null : `l${roll(3)}`,
      type: (["mention", "listing", "security_alert"] as const)[roll(3)] ?? "mention",
      typeConfidence: (4 + roll(6)) / 10,
      authorWeight: roll(8) === 0 ? 1 : 0,
      followers: roll(3) === 0 ? null : roll(5),
      ...(roll(5) === 0 && { timeGuessed: true }),
      token: { chain: "eth", symbol: `S${roll(3)}`, tokenCa: null, confidence: roll(3) / 2 },
    }),
  );

/** The rule as it is written down, over all posts at once. */
function originalsOf(posts: readonly Mention[], { same, bandsOf, bounds }: TextLikeness) {
  const firsts = new Map<string, Mention>();
  for (const post of posts.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)))
    if (!firsts.has(post.fingerprint)) firsts.set(post.fingerprint, post);
  const originals: Mention[] = [];
  const bands = new Map<string, Mention[]>();
  for (const [rank, post] of [...firsts.values()].entries()) {
    const of = bandsOf(post.fingerprint).map((band) => bands.get(band) ?? []);
    const isCopy = of.some((band) =>
      band.slice(0, bounds.inBand).some((each) => same(each.fingerprint, post.fingerprint)),
    );
    if (rank < bounds.compared && isCopy) continue;
    originals.push(post);
    if (rank >= bounds.compared) continue;
    for (const band of bandsOf(post.fingerprint))
      bands.set(band, [...(bands.get(band) ?? []), post]);
  }
  return originals;
}

const shuffled = <T>(items: readonly T[], roll: Dice): T[] =>
  items
    .map((item) => ({ item, at: roll(1_000_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

/** In pieces of one to five posts, some of them twice. */
function gatherBySteps(posts: readonly Mention[], roll: Dice, by: TextLikeness): GatheredEvidence {
  let gathered: GatheredEvidence = NOTHING;
  for (let at = 0; at < posts.length; ) {
    const end = at + 1 + roll(5);
    gathered = gather(gathered, posts.slice(Math.max(0, at - roll(2)), end), by).gathered;
    at = end;
  }
  return gathered;
}

/** To the four digits of a fact. */
function expectMean(fact: unknown, values: number[]): void {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 0) expect(fact).toBeNull();
  else expect(Math.abs((fact as number) - mean)).toBeLessThan(0.000051);
}

describe("the texts of an event that count", () => {
  it("are those of the rule, in any order of arrival and any bounds", { timeout: 60_000 }, () => {
    for (let seed = 0; seed < TRIALS; seed++) {
      const roll = dice(seed);
      const posts = somePosts(roll);
      const by = likeness({ compared: 3 + roll(30), inBand: 1 + roll(4) });
      const originals = originalsOf(posts, by);
      const once = summarise(gather(NOTHING, posts, by).gathered);
      const { event, facts } = once;
      expect([seed, event.evidenceCount, event.copies, event.uniqueAuthors]).toEqual([
        seed,
        originals.length,
        posts.length - originals.length,
        new Set(originals.map(({ author }) => author)).size,
      ]);
      const moods = originals.flatMap(({ sentiment }) => sentiment ?? []);
      expect(facts).toMatchObject({
        sentiment_min: moods.length === 0 ? null : Math.min(...moods),
        sentiment_max: moods.length === 0 ? null : Math.max(...moods),
      });
      expectMean(facts.sentiment, moods);
      const stances = originals.flatMap(({ stance }) => stance ?? []);
      expectMean(facts.stance, stances);
      const sides = stances.filter((stance) => Math.abs(stance) >= 0.2);
      expectMean(
        facts.stance_share,
        sides.map((stance) => (stance > 0 ? 1 : 0)),
      );
      const counts = new Map<string, number>();
      for (const word of originals.flatMap(({ keywords }) => keywords))
        counts.set(word, (counts.get(word) ?? 0) + 1);
      const ranking = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      expect(facts.keywords).toEqual(ranking.slice(0, 12).map(([word]) => word));
      for (let order = 0; order < 3; order++) {
        const arrived = gatherBySteps(shuffled(posts, roll), roll, by);
        expect([seed, summarise(arrived)]).toEqual([seed, once]);
      }
    }
  });

  it("are not taken away by posts that quote two of them", () => {
    const by = likeness({ compared: 100, inBand: 10 });
    const said = [0, 4, 8, 12, 16, 20].map((print, id) =>
      mention(id, { fingerprint: String(print), author: `author${id}` }),
    );
    const quoting = [2, 6, 10, 14, 18].map((print, n) =>
      mention(50 + n, { fingerprint: String(print), author: "one" }),
    );
    for (const posts of [
      [...said, ...quoting],
      [...quoting, ...said],
    ]) {
      const { event } = summarise(gather(NOTHING, posts, by).gathered);
      expect(event).toMatchObject({ evidenceCount: 6, uniqueAuthors: 6, copies: 5 });
    }
  });

  it("are compared up to a bound, and the event says how many count by hash alone", () => {
    const by = likeness({ compared: 2, inBand: 10 });
    const posts = [0, 1, 1, 50, 51, 51].map((print, id) =>
      mention(id, { fingerprint: String(print) }),
    );
    const { event, facts } = summarise(gather(NOTHING, posts, by).gathered);
    expect(event).toMatchObject({ evidenceCount: 3, copies: 3 });
    expect(facts.texts_by_hash).toBe(2);
  });
});
