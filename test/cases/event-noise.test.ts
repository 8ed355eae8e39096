import { expect, it } from "vitest";
import { gather, NOTHING } from "../../src/events/gather.ts";
import { summarise } from "../../src/events/summarise.ts";
import { isNearDuplicate } from "../../src/text/near-duplicate/fingerprint.ts";
import { casesOf, mentionsOf } from "./judged.ts";

type NoiseCase = {
  symbol: string;
  posts: { author: string; text: string }[];
  expect_type: string | null;
  must_not: string[];
};

const MINUTE_MS = 60_000;
const START = Date.parse("2026-11-20T09:01:00Z");

it.each([...casesOf<NoiseCase>("event-noise"), ...casesOf<NoiseCase>("more-event-noise")])(
  "$id: $why",
  ({ symbol, posts, ...wanted }) => {
    const mentions = posts.flatMap(({ author, text }, index) =>
      mentionsOf({
        id: `${index}`,
        author,
        text,
        posted_at: new Date(START + index * MINUTE_MS).toISOString(),
      }).filter(({ token }) => token.symbol === symbol),
    );
    const { type } = summarise(gather(NOTHING, mentions, isNearDuplicate).gathered).event;
    if (wanted.expect_type !== null) expect(type).toBe(wanted.expect_type);
    expect(wanted.must_not).not.toContain(type);
  },
);
