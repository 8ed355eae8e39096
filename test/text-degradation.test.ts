import { expect, it } from "vitest";
import { EMPTY_BLACKLIST } from "../src/filter/blacklist.ts";
import { type JudgeModels, judge } from "../src/pipeline.ts";

const failing = () => {
  throw new Error("out of memory");
};
const MODELS: JudgeModels = {
  filter: { language: failing, spam: () => ({ score: 0, words: [], degraded: true }) },
  refine: { mood: failing, eventTypes: failing },
};

it("judges a post by rules alone when every model fails, and says which", () => {
  const raw = {
    source: "x",
    id: "1",
    author: "ada",
    postedAt: "2026-11-20T09:00:00.000Z",
    text: "Exploit: about 2M drained from the $DEMO pool",
  };
  const result = judge(
    raw,
    {
      filter: { languages: ["en"], blacklist: EMPTY_BLACKLIST },
      refine: { windowMinutes: 60, authors: new Map() },
    },
    MODELS,
  );
  expect(result).toMatchObject({
    kind: "keep",
    post: {
      lang: null,
      sentiment: null,
      mentions: [{ token: { symbol: "DEMO" }, type: "mention" }],
      marks: [
        "language_model_failed",
        "spam_model_failed",
        "sentiment_model_failed",
        "event_type_model_failed",
      ],
    },
  });
});
