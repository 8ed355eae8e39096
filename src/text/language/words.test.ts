import { expect, it } from "vitest";
import { languageWords, readWords } from "./words.ts";

it.each([
  ["Wait, it’s UP 300% #Bitcoin $BTC!", ["wait", "it's", "up"]],
  ["well &amp; good &lt;3", ["well", "good"]],
  ["RT @whale: buy at https://x.com/a or t.me/abc now", ["buy", "at", "or", "now"]],
  ["sooooo goooood", ["soo", "good"]],
  ["ẹ̀yin ará", ["ẹ̀yin", "ará"]],
  ["don't 'quote' rock'n'roll'", ["don't", "quote", "rock'n'roll"]],
  ["ｆｕｌｌ 𝐛𝐨𝐥𝐝", ["full", "bold"]],
  ["https://x.com/abc你好吗", ["你好吗"]],
  ["hello\ud800 \udc00world", ["hello", "world"]],
])("reads the words of %j", (text, words) => {
  expect(languageWords(text)).toEqual(words);
});

it("reads the words of tags when there are no others, and none of digits alone", () => {
  expect(languageWords("@vitalik #merge")).toEqual(["vitalik", "merge"]);
  expect(languageWords("12 ١٢ १२ 100%")).toEqual([]);
});

it.each(["gm", "GN", "lfg $BTC", "hodl wagmi", "Bitcoin"])(
  "leaves out %j, whose words are those of the trade in every language",
  (text) => {
    expect(languageWords(text)).toEqual([]);
  },
);

it.each([
  ["I'm at Kafe Betawi in Jakarta https://t.co/abc", ["i'm", "at"]],
  ["lunch with the team (@ Warung Tekko w/ 2 others)", ["lunch", "with", "the", "team"]],
  ["so tired today @ Stasiun Gambir", ["so", "tired", "today"]],
  ["@frens meet me @work", ["meet", "me"]],
])("leaves out the place of a check-in: %s", (text, words) => {
  expect(languageWords(text)).toEqual(words);
});

it("reports whether there are links, handles or tags", () => {
  expect(readWords("gm @frens").tagged).toBe(true);
  for (const text of ["t.me/abc", "$BTC up", "(#gm", "a@b.co"])
    expect(readWords(text).tagged, text).toBe(true);
  for (const text of ["gm frens", "$100 in 2024.", "#1 of 3", "e.g. so"])
    expect(readWords(text).tagged, text).toBe(false);
});

it("counts letters by the words it keeps", () => {
  const { letters, count } = readWords("Привет @someone, как дела");
  expect(count).toBe(3);
  expect(Array.from(letters).reduce((sum, each) => sum + each)).toBe("Приветкакдела".length);
});

it("ends in any text of 10,000 units", () => {
  for (const unit of ["a", "你", "์", "'", ".", "@", "&", " ", "\ud83d\ude80", "\ud800", "İ", "ﷺ"]) {
    expect(languageWords(unit.repeat(10_000)).length).toBeLessThanOrEqual(24);
  }
});
