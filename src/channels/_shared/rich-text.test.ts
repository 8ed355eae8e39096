import { describe, expect, it } from "vitest";
import {
  cutDocument,
  cutText,
  documentText,
  encodeDocument,
  ofText,
  type RichSpan,
} from "./rich-text.ts";

describe("cutText", () => {
  it("never splits a code point", () => {
    for (let units = 0; units <= 7; units++) {
      const text = cutText("a😀b😀", units);
      expect(text.isWellFormed()).toBe(true);
      expect(text.length).toBeLessThanOrEqual(units);
    }
  });
});

describe("cut", () => {
  const doc = [
    [{ text: "head", style: "bold" as const }],
    [{ text: "x".repeat(50) }, { text: "<&>".repeat(20) }],
    [{ text: "tail" }],
  ];

  it("leaves a text that fits as it is", () => {
    expect(cutDocument(doc, ofText(200))).toBe(doc);
  });

  it("keeps within any limit, marks the loss and keeps the styles of what is left", () => {
    for (let limit = 1; limit < documentText(doc).length; limit++) {
      const short = cutDocument(doc, ofText(limit));
      expect(documentText(short).length, `limit ${limit}`).toBeLessThanOrEqual(limit);
      expect(documentText(short).endsWith("…")).toBe(true);
    }
    expect(cutDocument(doc, ofText(30))[0]).toEqual([{ text: "head", style: "bold" }]);
  });

  it("keeps the line that names the notification, whatever is cut before it", () => {
    const foot = { text: "key #1", style: "code" as const, foot: true as const };
    const named = [...doc, [foot]];
    for (let limit = 14; limit < documentText(named).length; limit++) {
      const short = documentText(cutDocument(named, ofText(limit)));
      expect(short.length, `limit ${limit}`).toBeLessThanOrEqual(limit);
      expect(short.endsWith("…\nkey #1")).toBe(true);
    }
  });

  it("counts as the channel counts, addresses and marks as well", () => {
    const linked = [
      ...doc,
      [{ text: "more", href: `https://dev.org/${"y".repeat(60)}` }, { text: "end" }],
    ];
    const print = ({ text, href }: RichSpan) => `<${text.replace(/[<&>]/g, "&xx;")}>${href ?? ""}`;
    const measure = (span: RichSpan) => print(span).length;
    for (let units = 3; units < 280; units += 7)
      expect(
        encodeDocument(cutDocument(linked, { units, measure }), print).length,
        `${units}`,
      ).toBeLessThanOrEqual(units);
  });
});
