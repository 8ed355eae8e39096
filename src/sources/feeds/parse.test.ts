import { describe, expect, it } from "vitest";
import { feedItems } from "./parse.ts";

const AT = "2026-11-20T12:00:00.000Z";
const read = (document: string) => feedItems(document, "example.org", Date.parse(AT));
const rss = (items: string) =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Local</title>${items}</channel></rss>`;

describe("a feed", () => {
  it("is read as RSS, with words in place of HTML", () => {
    const item =
      "<item><guid>1</guid><title>A &amp;amp; " +
      "B</title><description><![CDATA[<p>One<br/>two</p><script>x()</script>]]></description>" +
      "<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate><link>https://example.org/1</link></item>";
    expect(read(rss(item))).toEqual([
      {
        source: "feeds",
        id: "example.org/1",
        author: "example.org",
        text: "A & B\nOne\ntwo",
        url: "https://example.org/1",
        posted_at: "2026-11-20T10:00:00.000Z",
      },
    ]);
  });

  it("is read as RSS 1.0, Atom and JSON Feed", () => {
    const rdf = `<rdf:RDF><channel/><item><title>R</title><link>https://example.org/r</link><dc:date>2026-11-20T10:00:00Z</dc:date></item></rdf:RDF>`;
    const atom =
      `<feed><entry><id>a</id><title type="html">A</title><link rel="self" ` +
      `href="https://e.org/s"/><link ` +
      `href="https://e.org/a"/><updated>2026-11-20T10:00:00Z</updated></entry></feed>`;
    const json = JSON.stringify({
      version: "https://jsonfeed.org/version/1.1",
      items: [{ id: 7, content_html: "<b>J</b>" }],
    });
    expect([rdf, atom, json].map((document) => read(document)?.[0])).toMatchObject([
      { id: "example.org/https://example.org/r", text: "R", posted_at: "2026-11-20T10:00:00.000Z" },
      { id: "example.org/a", text: "A", url: "https://e.org/a" },
      { id: "example.org/7", text: "J", posted_at: AT },
    ]);
  });

  it("names an item without id by its link, or by its words; and gives one without a date the time it was read", () => {
    const [linked, bare, again] =
      read(
        rss(
          "<item><title>A</title><link>https://e.org/a</link></item><item><title>B</title></item><item><title>B</title></item>",
        ),
      ) ?? [];
    expect(linked).toMatchObject({ id: "example.org/https://e.org/a", posted_at: AT });
    expect(bare?.id).toMatch(/^example\.org\/[0-9a-f]{64}$/);
    expect(bare?.id).toBe(again?.id);
  });

  it.each([
    "",
    "plain words",
    "<html><body>busy</body></html>",
    "{",
    "{}",
    '{"version":"1","items":[]}',
    "<rss></rss>",
    "[]",
    "null",
  ])("is none: %s", (document) => {
    expect(read(document)).toBeUndefined();
  });

  it("may be empty, cut in the middle, or hold items of no use", () => {
    expect(read(rss(""))).toEqual([]);
    expect(read(rss("<item></item><item>words</item>"))?.filter((item) => item !== null)).toEqual(
      [],
    );
    expect(() => read("<rss><channel><item><title>cut <![CDATA[ off")).not.toThrow();
    expect(
      read(rss("<item><title>good</title></item>").slice(0, -25))?.length ?? 0,
    ).toBeLessThanOrEqual(1);
  });

  it("expands no entities of its own: a bomb of them stays as small as it came", () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`,
    ).join("");
    const bomb =
      `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 ` +
      `"lol">${levels}]>${rss("<item><title>&l9;</title></item>").slice(21)}`;
    const outside =
      `<!DOCTYPE r [<!ENTITY x SYSTEM ` +
      `"file:///etc/passwd">]>${rss("<item><title>&x;</title></item>").slice(21)}`;
    for (const document of [bomb, outside]) {
      const texts = (read(document) ?? []).map((item) => String(item?.text));
      expect(texts.join("").length).toBeLessThan(100);
      expect(texts.join("")).not.toContain("root:");
    }
  });

  it.each([
    ["thousands of items", rss("<item><title>x</title></item>".repeat(5_000))],
    ["tags within tags", rss(`<item><title>${"<b>".repeat(20_000)}</title></item>`)],
    [
      "tags that never end",
      rss(`<item><description>${"&lt;p ".repeat(50_000)}</description></item>`),
    ],
    [
      "scripts that never end",
      rss(`<item><description>${"&lt;script&gt;".repeat(50_000)}</description></item>`),
    ],
    [
      "nothing but blanks",
      rss(`<item><description>x${"&#11;".repeat(50_000)}x</description></item>`),
    ],
  ])("is read in time proportional to its size: %s", (_, document) => {
    const began = process.cpuUsage();
    read(document);
    const { user } = process.cpuUsage(began);
    expect(user / 1_000).toBeLessThan(3_000);
  });
});
