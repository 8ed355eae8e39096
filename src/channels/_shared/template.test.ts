import { describe, expect, it } from "vitest";
import { notificationOf } from "../../../test/support/outbox.ts";
import { documentText } from "./rich-text.ts";
import { TemplatesSetting } from "./secrets.ts";
import { composeDigest, composeMessage, signalHeadline, unknownNames } from "./template.ts";

const text = (template: string, over = {}) =>
  documentText(composeMessage(notificationOf(over), { verified: template }, "https://s.dev"));

describe("the built-in messages", () => {
  it("say what happened, why, how sure it is and where to look", () => {
    expect(
      documentText(
        composeMessage(notificationOf({ missing: ["no market data"] }), {}, "https://s.dev"),
      ).split("\n"),
    ).toEqual([
      "✅ $DEMO verified · score 12 (opportunity)",
      "$DEMO is listed today",
      "• +8 High liquidity (>= 50000 USD)",
      "Risk green · 3 posts by 2 authors and 1 copy · eth",
      "0x1111111111111111111111111111111111111111",
      "Not known: no market data",
      "Chart Why",
      "eth:DEMO:2026-01-15T12:00:00Z #1",
    ]);
  });

  it("say what it was before it was downgraded", () => {
    const message = composeMessage(
      notificationOf({ state: "downgraded", previousState: "verified", score: -7 }),
      {},
      "",
    );
    expect(documentText(message)).toMatch(/^⚠️ \$DEMO downgraded, was verified · score -7/);
  });

  it("leave out lines and links that have nothing to say", () => {
    const message = composeMessage(
      notificationOf({ tokenCa: null, summary: "", missing: [], reasons: [] }),
      {},
      "",
    );
    expect(documentText(message).split("\n")).toEqual([
      "✅ $DEMO verified · score 12 (opportunity)",
      "Risk green · 3 posts by 2 authors and 1 copy · eth",
      "eth:DEMO:2026-01-15T12:00:00Z #1",
    ]);
  });
});

describe("the line of figures", () => {
  it("counts one as one, and names no chain that is not known", () => {
    const over = { evidenceCount: 1, uniqueAuthors: 1, copies: 0, chain: "unknown" as const };
    expect(documentText(composeMessage(notificationOf(over), {}, ""))).toContain(
      "\nRisk green · 1 post by 1 author\n",
    );
  });

  it("starts the line of links with the first that there is", () => {
    const over = { chain: "unknown" as const, tokenCa: null };
    const lines = documentText(composeMessage(notificationOf(over), {}, "https://s.dev"));
    expect(lines.split("\n")).toContain("Why");
    const digest = composeDigest([notificationOf(over), notificationOf(over)], "https://s.dev");
    expect(documentText(digest)).toContain("risk green · Why eth:DEMO");
  });
});

describe("a template of one's own", () => {
  it("fills in values, marks and links", () => {
    const doc = composeMessage(
      notificationOf(),
      { verified: "**{symbol}** at `{score}`: [why]({explain_url})" },
      "https://s.dev/",
    );
    expect(doc).toEqual([
      [
        { text: "$DEMO", style: "bold" },
        { text: " at " },
        { text: "12", style: "code" },
        { text: ": " },
        {
          text: "why",
          href: "https://s.dev/signals/eth%3ADEMO%3A2026-01-15T12%3A00%3A00Z/explain",
        },
      ],
    ]);
  });

  it("never reads a value as mark-up, nor lets it start a line of its own", () => {
    const hostile = "**bold** [x](https://evil.com)\n✅ forged {score} `code`";
    const doc = composeMessage(notificationOf({ summary: hostile }), { verified: "{summary}" }, "");
    expect(doc).toEqual([[{ text: "**bold** [x](https://evil.com) ✅ forged {score} `code`" }]]);
  });

  it("lets no value turn the direction of what follows it", () => {
    expect(
      text("{symbol} · {summary} · safe", {
        symbol: "\u202eAB\u2066",
        summary: "x\u202e\u0000y\ud800",
      }),
    ).toBe("$AB · x y\ufffd · safe");
  });

  it("links to nothing but the web", () => {
    expect(
      composeMessage(
        notificationOf({ summary: "javascript:alert(1)" }),
        { verified: "a [x]({summary})" },
        "",
      ),
    ).toEqual([[{ text: "a " }]]);
  });

  it("that comes out blank gives way to the headline", () => {
    for (const template of [
      "{degraded}",
      "{copies}\n{unknown}",
      "** **",
      "[x]({summary})",
      "\u2800",
    ])
      expect(text(template, { copies: 0, missing: [], summary: "" }), template).toBe(
        "$DEMO verified (score 12)",
      );
  });

  it.each(["", " ", "\n\t", "\u200b\u2060", "\u2800\u3164"])(
    "is refused when blank: %o",
    (blank) => {
      const given = TemplatesSetting.safeParse({ verified: blank });
      expect(given.error?.issues).toMatchObject([
        { path: ["verified"], message: expect.stringMatching(/^is blank/) },
      ]);
    },
  );

  it("is checked for names that do not exist", () => {
    expect(unknownNames("{symbol} {toString} {scores}")).toEqual(["toString", "scores"]);
  });

  it("keeps odd marks as they are", () => {
    expect(text("2 * 3 ** and [half](")).toBe("2 * 3 ** and [half](");
  });
});

describe("a digest", () => {
  it("lists the strongest first under their number", () => {
    const all = [
      notificationOf({ symbol: "LOW", score: 3 }),
      notificationOf({ symbol: "TOP", score: 30 }),
    ];
    const lines = documentText(composeDigest(all, "")).split("\n");
    expect(lines[0]).toBe("2 signals");
    expect(lines[1]).toMatch(/^\$TOP verified · score 30/);
    expect(lines[2]).toMatch(/^\$LOW/);
    expect(signalHeadline(all)).toBe("2 signals");
  });
});
