import { describe, expect, it } from "vitest";
import type { Mention } from "../model/mention.ts";
import { gather, NOTHING } from "./gather.ts";
import { summarise } from "./summarise.ts";

/** Fingerprints are numbers here; neighbours are the same text. */
const sameText = (a: string, b: string) => Math.abs(Number(a) - Number(b)) <= 1;

const mention = (id: number, over: Partial<Mention> = {}): Mention => ({
  eventKey: "eth:DEMO:2026-01-15T10:00:00Z",
  evidenceId: `x:${id}`,
  source: "x",
  postId: String(id),
  author: `author${id}`,
  postedAt: new Date(Date.UTC(2026, 0, 15, 10, id)).toISOString(),
  windowStart: "2026-01-15T10:00:00Z",
  token: { chain: "eth", symbol: "DEMO", tokenCa: null, confidence: 1 },
  type: "mention",
  typePhrase: "",
  sentiment: id / 100,
  lang: "en",
  keywords: [`word${id % 3}`],
  fingerprint: String(id * 10),
  followers: id,
  authorWeight: 0,
  url: null,
  excerpt: `post ${id}`,
  ...over,
});

const all = (mentions: Mention[]) => gather(NOTHING, mentions, sameText).gathered;

/** Every order of the items: exhaustive is better than random for five. */
function orders<T>(items: T[]): T[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

describe("an event's evidence", () => {
  it("counts a post once however often it arrives", () => {
    const once = gather(NOTHING, [mention(1), mention(1)], sameText);
    const again = gather(once.gathered, [mention(1)], sameText);
    expect(once.fresh).toHaveLength(1);
    expect(again.fresh).toEqual([]);
    expect(summarise(again.gathered).event.evidenceCount).toBe(1);
  });

  it("counts near-duplicates once, as copies, and their authors not at all", () => {
    const { event, facts } = summarise(
      all([
        mention(1),
        mention(2, { fingerprint: "10" }),
        mention(3, { fingerprint: "11" }),
        mention(4),
      ]),
    );
    expect(event).toMatchObject({ evidenceCount: 2, copies: 2, uniqueAuthors: 2 });
    expect(facts).toMatchObject({ mentions: 4, evidence_count: 2, copies: 2, unique_authors: 2 });
  });

  it("says the same whatever the order of arrival, also when a late copy is one of two texts", () => {
    const five = [
      mention(1),
      mention(2, { fingerprint: "12", followers: null }),
      mention(3, { fingerprint: "11", lang: "de" }),
      mention(4, { sentiment: 0.1234567, author: "author1", type: "listing" }),
      mention(5, { token: { chain: "eth", symbol: "DEMO2", tokenCa: null, confidence: 0.5 } }),
    ];
    const results = new Set(orders(five).map((order) => JSON.stringify(summarise(all(order)))));
    expect(results.size).toBe(1);
    expect(summarise(all(five)).event).toMatchObject({
      evidenceCount: 4,
      copies: 1,
      type: "listing",
      symbol: "DEMO",
    });
  });

  it("is about the token of the earliest among mentions that are equally sure", () => {
    const token = (symbol: string) => ({
      chain: "eth" as const,
      symbol,
      tokenCa: symbol,
      confidence: 0.5,
    });
    const posts = [2, 1, 3].map((minute) => mention(minute, { token: token(`T${minute}`) }));
    for (const order of orders(posts)) expect(summarise(all(order)).event.tokenCa).toBe("T1");
  });

  it("knows the most followers of its posts, whichever came last", () => {
    const posts = [mention(1, { followers: 7 }), mention(2, { followers: 900 }), mention(3)];
    for (const order of orders(posts)) expect(summarise(all(order)).facts.followers_max).toBe(900);
    expect(summarise(all([mention(1, { followers: null })])).facts.followers_max).toBeNull();
  });

  it("takes first and last times from event time", () => {
    const { event, facts } = summarise(all([mention(30), mention(5), mention(59)]));
    expect(event).toMatchObject({
      startTs: "2026-01-15T10:05:00.000Z",
      lastTs: "2026-01-15T10:59:00.000Z",
    });
    expect(facts.age_minutes).toBe(54);
  });

  it("says that a time was guessed, and leaves it out of age and slope", () => {
    const late = mention(59, { timeGuessed: true });
    const { facts } = summarise(all([mention(5), mention(10), late]));
    expect(facts).toMatchObject({ time_guessed: 1, age_minutes: 5, mentions: 3 });
    expect(summarise(all([mention(5), mention(10)])).facts.time_guessed).toBe(0);
    expect(summarise(all([late])).facts).toMatchObject({ time_guessed: 1, age_minutes: 0 });
  });

  it("shows growing interest as a positive slope and fading interest as a negative one", () => {
    const rising = [mention(0), mention(40), mention(45), mention(50), mention(59)];
    const fading = [mention(0), mention(5), mention(9), mention(14), mention(59)];
    expect(summarise(all(rising)).facts.heat_slope).toBeGreaterThan(0);
    expect(summarise(all(fading)).facts.heat_slope).toBeLessThan(0);
    expect(summarise(all([mention(1)])).facts.heat_slope).toBe(0);
  });
});
