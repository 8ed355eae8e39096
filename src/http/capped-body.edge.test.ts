import { expect, it } from "vitest";
import { cappedText } from "./capped-body.ts";

const body = (head: string, ...letters: number[]) =>
  new Response(new Uint8Array([...new TextEncoder().encode(head), ...letters])).body;

/** The platform's decoder, not Node's, reads the feeds. */
it.each([
  ["text/xml; charset=windows-1251", "", [0xc1], "Б"],
  [null, '<?xml version="1.0" encoding="koi8-r"?>', [0xe2], "Б"],
  ["text/xml; charset=Shift_JIS", "", [0x82, 0xa0], "あ"],
  ["text/xml; charset=of-mars", "", [0xe2, 0x82, 0xac], "€"],
  [null, "", [0xe2, 0x82, 0xac], "€"],
])("reads %s %s in workerd", async (contentType, head, letters, text) => {
  expect(await cappedText(body(head, ...letters), 1_000, "fail", contentType)).toBe(head + text);
});
