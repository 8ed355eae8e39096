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
  [null, '<?xml version="1.0" encoding="utf-16"?>', [0xe2, 0x82, 0xac], "€"],
  [null, '<?xml version="1.0" encoding = "iso-8859-1" ?>', [0x93, 0x80, 0x94], "“€”"],
  ["text/xml; charset = 'gb18030'", "", [0xa2, 0xe3], "€"],
  [null, "$DEMO caf", [0xe9, 0x20, 0x93, 0x94], "é “”"],
])("reads %s %s in workerd", async (contentType, head, letters, text) => {
  expect(await cappedText(body(head, ...letters), 1_000, "fail", contentType)).toBe(head + text);
});

it.each([
  ["in UTF-16", [0xff, 0xfe, 0x41, 0x00, 0xac, 0x20], "A€"],
  ["in UTF-16 the other way round", [0xfe, 0xff, 0x00, 0x41, 0x20, 0xac], "A€"],
  ["in UTF-16 without a mark", [0x3c, 0x00, 0x41, 0x00, 0x3e, 0x00], "<A>"],
  ["in UTF-8 with a mark, against the header", [0xef, 0xbb, 0xbf, 0xe2, 0x82, 0xac], "€"],
])("reads a body %s in workerd, however it is cut", async (_, bytes, text) => {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  expect(await cappedText(stream, 1_000, "fail", "text/xml; charset=iso-8859-1")).toBe(text);
});
