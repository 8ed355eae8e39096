import { expect, it } from "vitest";
import { decodeUnifiedHangul } from "./unified-hangul.ts";

it.each([
  ["the first of the added syllables", [0x81, 0x41], "갂"],
  ["one in the middle", [0x8c, 0x63], "똠"],
  ["the last", [0xc6, 0x52], "힣"],
  ["what KS X 1001 has", [0xb0, 0xa1, 0xc8, 0xfe], "가힝"],
  ["letters between", [0x41, 0x8c, 0x63, 0x42, 0xb0, 0xa1], "A똠B가"],
])("reads %s", (_, bytes, text) => {
  expect(decodeUnifiedHangul(Uint8Array.from(bytes))).toBe(text);
});
