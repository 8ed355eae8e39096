import { expect, it } from "vitest";
import { samplePosts } from "../../samples.ts";
import { headline } from "./feeds.ts";

it("cuts a title between words, so that no token loses letters", () => {
  const samples = samplePosts();
  expect(samples.length).toBeGreaterThan(100);
  for (const { text } of samples) {
    const title = headline(text);
    expect(text.startsWith(title)).toBe(true);
    expect(text.slice(title.length)).toMatch(/^(\s|$)/);
  }
});
