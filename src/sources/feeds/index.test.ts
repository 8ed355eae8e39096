import { describe, expect, it } from "vitest";
import { NOW, reader } from "../../../test/support/poll-reader.ts";
import { feeds } from "./index.ts";

describe("feeds", () => {
  const FEED = { FEED_URLS: "https://example.org/feed" };
  const rss = (title: string, more = "", guid = "1") =>
    `<?xml version="1.0" ` +
    `encoding="windows-1251"?><rss><channel>${more}<item><guid>${guid}</guid><title>` +
    `${title}</title></item></channel></rss>`;

  it("are read in the charset that they declare", async () => {
    const bytes = Uint8Array.from(rss("%%"), (letter) =>
      letter === "%" ? 0xc1 : letter.charCodeAt(0),
    );
    const read = (headers: Record<string, string>) =>
      reader(feeds, FEED, () => new Response(bytes, { headers })).read();
    expect((await read({})).posts[0]?.text).toBe("ББ");
    expect((await read({ "content-type": "text/xml; charset=iso-8859-1" })).posts[0]?.text).toBe(
      "ÁÁ",
    );
    expect(
      (await read({ "content-type": "text/xml; charset=of-mars" })).posts[0]?.text,
    ).toHaveLength(2);
  });

  it("are left alone for as long as they ask, at most an hour", async () => {
    const until = async (ttl: string) => {
      const { cursor } = await reader(
        feeds,
        FEED,
        () => new Response(rss("a", `<ttl>${ttl}</ttl>`)),
      ).read();
      return (JSON.parse(cursor ?? "")["https://example.org/feed"].restUntil - NOW) / 60_000;
    };
    expect([await until("15"), await until("1440"), await until("soon")]).toEqual([15, 60, 0]);
  });

  it("keep long ids apart", async () => {
    const long = "x".repeat(300);
    const ids = await Promise.all(
      ["a", "b"].map(
        async (end) =>
          (await reader(feeds, FEED, () => new Response(rss("t", "", long + end))).read()).posts[0]
            ?.id,
      ),
    );
    expect(new Set(ids).size).toBe(2);
  });
});
