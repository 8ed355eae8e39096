import { describe, expect, it } from "vitest";
import { readPosts } from "../_shared/post-input.ts";
import { feedPosts } from "./feed-posts.ts";
import { parseFeed } from "./parse.ts";

const AT = "2026-11-20T12:00:00.000Z";
const ADDRESS = "https://example.org/feed";
const ID = /^example\.org\/[0-9a-f]{8}\//;
function posts(document: string) {
  const feed = parseFeed(document, ADDRESS);
  return feed && feedPosts(feed, { address: ADDRESS, now: Date.parse(AT), known: true });
}
/** The posts, without what all ids of one feed begin with. */
const read = (document: string): Record<string, unknown>[] | undefined =>
  posts(document)?.items.map((item) => {
    expect(item.id).toMatch(ID);
    return { ...item, id: String(item.id).replace(ID, "") };
  });
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
        id: "1",
        author: "example.org",
        text: "A & B\nOne\ntwo",
        url: "https://example.org/1",
        posted_at: "2026-11-20T10:00:00.000Z",
      },
    ]);
  });

  it("is read as RSS 1.0, Atom and JSON Feed", () => {
    const rdf =
      `<rdf:RDF><channel/><item><title>R</title><link>https://example.org/r</link><dc:date>` +
      `2026-11-20T10:00:00Z</dc:date></item></rdf:RDF>`;
    const atom =
      `<feed><entry><id>a</id><title type="html">A</title><link rel="self" ` +
      `href="https://e.org/s"/><link ` +
      `href="https://e.org/a"/><updated>2026-11-20T10:00:00Z</updated></entry></feed>`;
    const json = JSON.stringify({
      version: "https://jsonfeed.org/version/1.1",
      items: [{ id: 7, content_html: "<b>J</b>" }],
    });
    expect([rdf, atom, json].map((document) => read(document)?.[0])).toMatchObject([
      { id: "https://example.org/r", text: "R", posted_at: "2026-11-20T10:00:00.000Z" },
      { id: "a", text: "A", url: "https://e.org/a" },
      { id: "7", text: "J", posted_at: AT, time_guessed: true },
    ]);
  });

  it("names an item without id by its link, or by its words; and gives one without a date the time it was read", () => {
    const [linked, bare, again] =
      read(
        rss(
          "<item><title>A</title><link>https://e.org/a</link></item><item><title>B</title>" +
            "</item><item><title>B</title></item>",
        ),
      ) ?? [];
    expect(linked).toMatchObject({ id: "https://e.org/a", posted_at: AT });
    expect(bare?.id).toMatch(/^[0-9a-f]{64}$/);
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
    "<svg><feed/></svg>",
    "[]",
    "null",
  ])("is none: %s", (document) => {
    expect(read(document)).toBeUndefined();
  });

  it("may be empty, or hold items of no use, which are counted", () => {
    expect(read(rss(""))).toEqual([]);
    const { items, leftOut } = posts(rss("<item></item><item>words</item>")) ?? {};
    expect([items, leftOut]).toEqual([[], { cut_off: 0, too_many: 0, no_text: 2 }]);
  });

  it("may be cut off: items that came whole are read, and the last is asked for again", () => {
    const cut = rss("<item><title>good</title></item><item><title>half").slice(0, -16);
    expect(read(cut)?.map(({ text }) => text)).toEqual(["good"]);
    expect(parseFeed(cut, ADDRESS)).toMatchObject({ whole: false, cutOff: 1 });
    expect(() => read("<rss><channel><item><title>cut <![CDATA[ off")).not.toThrow();
  });

  it("keeps the links behind words in full, and those that Atom and JSON Feed state", () => {
    const item =
      `<item><title>A</title><link>https://e.org/p/1</link><description>` +
      `&lt;a href="../x?a=1&amp;amp;b=2"&gt;see &lt;b&gt;$ONE&lt;/b&gt;&lt;/a&gt; ` +
      `&lt;a href="mailto:a@e.org"&gt;mail&lt;/a&gt;</description></item>`;
    expect(read(rss(item))?.[0]).toMatchObject({
      text: "A\nsee $ONE mail",
      links: [{ url: "https://e.org/x?a=1&b=2", text: "see $ONE" }],
    });
    const atom = `<feed><entry><title>A</title><link rel="related" href="/r"/></entry></feed>`;
    expect(read(atom)?.[0]).toMatchObject({ links: [{ url: "https://example.org/r" }] });
    const json = JSON.stringify({
      version: "https://jsonfeed.org/version/1.1",
      items: [{ id: 1, content_text: "J", url: "/1", external_url: "https://b.example/" }],
    });
    expect(read(json)?.[0]).toMatchObject({
      url: "https://example.org/1",
      links: [{ url: "https://b.example/" }],
    });
  });

  it("takes an angle bracket that begins no tag for a sign, also where nobody escaped it", () => {
    expect(read(rss("<item><title>$DEMO <3 and 5 < 7</title></item>"))?.[0]?.text).toBe(
      "$DEMO <3 and 5 < 7",
    );
  });

  it("is found below the warnings that a server printed above it", () => {
    const warning = "<br>\n<b>Warning</b>: no cache in <b>feed.php</b><br>\n";
    expect(read(warning + rss("<item><title>A</title></item>"))?.[0]?.text).toBe("A");
  });

  it("tells items apart that share one guid, and keeps the id of each", () => {
    const item = (n: number) =>
      `<item><guid>same</guid><title>${n}</title><link>https://e.org/${n}</link></item>`;
    const ids = read(rss(item(1) + item(2)))?.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(read(rss(item(3) + item(1) + item(2)))?.map(({ id }) => id)).toEqual(
      expect.arrayContaining(ids ?? []),
    );
  });

  it("is no news where it is old, or where nothing says how old it is and it is new to us", () => {
    const dated = (date: string) => rss(`<item><title>A</title>${date}</item>`);
    const quiet = (document: string, known: boolean) => {
      const feed = parseFeed(document, ADDRESS);
      const read = { address: ADDRESS, now: Date.parse(AT), known };
      return feed && readPosts(feedPosts(feed, read).items, (item) => item).posts[0]?.quiet;
    };
    const fresh = dated("<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate>");
    const old = dated("<pubDate>Tue, 12 Mar 2019 09:30:15 GMT</pubDate>");
    expect([quiet(fresh, false), quiet(old, true)]).toEqual([undefined, true]);
    expect([quiet(dated(""), false), quiet(dated(""), true)]).toEqual([true, undefined]);
  });

  it("gives an item whose time cannot be read the feed's own, and says that it is a guess", () => {
    const item = "<item><title>A</title><pubDate>some time ago</pubDate></item>";
    const built = "<lastBuildDate>Thu, 19 Nov 2026 08:00:00 GMT</lastBuildDate>";
    expect(read(rss(built + item))?.[0]).toMatchObject({
      posted_at: "2026-11-19T08:00:00.000Z",
      time_guessed: true,
    });
    expect(read(rss(item))?.[0]).toMatchObject({ posted_at: AT, time_guessed: true });
  });

  it("brings the newest thousand items of a longer document, wherever they stand in it", () => {
    const item = (n: number) =>
      `<item><guid>${n}</guid><title>t</title><pubDate>${1_700_000_000 + n * 60}</pubDate></item>`;
    const { items, leftOut } =
      posts(rss(Array.from({ length: 1_200 }, (_, n) => item(n)).join(""))) ?? {};
    expect(items?.map(({ id }) => String(id).replace(ID, ""))).toEqual(
      Array.from({ length: 1_000 }, (_, n) => String(n + 200)),
    );
    expect(leftOut?.too_many).toBe(200);
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

  const MB2 = 2_000_000;
  const filled = (unit: string) => unit.repeat(Math.floor(MB2 / unit.length));
  const declared = Array.from({ length: 100_000 }, (_, n) => `xmlns:a${n}="b"`).join(" ");
  it.each([
    ["items", rss(filled("<item><title>x</title></item>"))],
    ["empty items", rss(filled("<item/>"))],
    ["items of JSON", `{"version":"jsonfeed","items":[${filled("{},")}{}]}`],
    ["tags within tags", rss(`<item><title>${filled("<b>")}</title></item>`)],
    [
      "ends of other tags",
      rss(`<item><title>${filled("<b>").slice(MB2 / 2)}${filled("</x>").slice(MB2 / 2)}`),
    ],
    ["tags that never end", rss(`<item><description>${filled("&lt;p ")}</description></item>`)],
    ["scripts that never end", rss(`<item><description>${filled("&lt;script&gt;")}</description>`)],
    ["sections that never end", rss(`<item><title>${filled("<![CDATA[")}`)],
    ["angle brackets", rss(`<item><title>${filled("<")}</title></item>`)],
    ["ampersands", rss(`<item><title>${filled("&")}</title></item>`)],
    ["blanks", rss(`<item><title>x${filled("\n ")}x</title></item>`)],
    ["names of spaces", rss(`<item ${declared}/>`)],
    ["titles", rss(`<item>${filled("<title> </title>")}</item>`)],
    ["at signs", rss(`<item><title>x</title><author>${filled("@")} (</author></item>`)],
    [
      "dates of a place",
      rss(
        filled(
          "<item><title>x</title><pubDate>18 листопада 2026 09:30 Europe/Kyiv</pubDate></item>",
        ),
      ),
    ],
  ])("of 2 MB is read well within a second: %s", (_, document) => {
    const began = process.threadCpuUsage();
    posts(document);
    const { user } = process.threadCpuUsage(began);
    expect(user / 1_000).toBeLessThan(1_000);
  });
});
