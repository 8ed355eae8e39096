import { expect, it } from "vitest";
import { languageWords, readWords } from "./words.ts";

it.each([
  ["Wait, it’s UP 300% #Bitcoin $BTC!", ["wait", "it's", "up"]],
  ["gm &amp; gn &lt;3", ["gm", "gn"]],
  ["RT @whale: buy at https://x.com/a or t.me/abc now", ["rt", "buy", "at", "or", "now"]],
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
  expect(languageWords("@vitalik #ethereum")).toEqual(["vitalik", "ethereum"]);
  expect(languageWords("12 ١٢ १२ 100%")).toEqual([]);
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
