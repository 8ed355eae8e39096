import { describe, expect, it } from "vitest";
import { cut, cutText, encoded, ofText, plain, type Span } from "./rich-text.ts";

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
    expect(cut(doc, ofText(200))).toBe(doc);
  });

  it("keeps within any limit, marks the loss and keeps the styles of what is left", () => {
    for (let limit = 1; limit < plain(doc).length; limit++) {
      const short = cut(doc, ofText(limit));
      expect(plain(short).length, `limit ${limit}`).toBeLessThanOrEqual(limit);
      expect(plain(short).endsWith("…")).toBe(true);
    }
    expect(cut(doc, ofText(30))[0]).toEqual([{ text: "head", style: "bold" }]);
  });

  it("counts as the channel counts, addresses and marks as well", () => {
    const linked = [
      ...doc,
      [{ text: "more", href: `https://dev.org/${"y".repeat(60)}` }, { text: "end" }],
    ];
    const print = ({ text, href }: Span) => `<${text.replace(/[<&>]/g, "&xx;")}>${href ?? ""}`;
    const measure = (span: Span) => print(span).length;
    for (let units = 3; units < 280; units += 7)
      expect(
        encoded(cut(linked, { units, measure }), print).length,
        `${units}`,
      ).toBeLessThanOrEqual(units);
  });
});
