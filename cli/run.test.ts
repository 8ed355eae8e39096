import { describe, expect, it } from "vitest";
import { apiApp } from "../src/api/app.ts";
import { fakePorts } from "../test/support/api.ts";
import { runCommand } from "../test/support/terminal.ts";
import { run } from "./commands/run.ts";

const post = (fields: Record<string, unknown>) => ({
  id: "1",
  source: "me",
  author: "ada",
  posted_at: "2026-01-15T10:00:00Z",
  ...fields,
});

const ran = async (posts: readonly object[], args: string[] = []) => {
  const stdin = posts.map((each) => JSON.stringify(each)).join("\n");
  const { out } = await runCommand(run, args, apiApp(fakePorts()), { stdin });
  return out.map((line) => JSON.parse(line));
};

describe("stream run", () => {
  it("shows the tokens, links and stance of a post, and how sure its event's type is", async () => {
    const links = [{ url: "https://example.org/news", text: "news" }];
    const text = "The $DEMO team shipped version 2 of its protocol today, with lower fees for all.";
    const [line] = await ran([post({ text, links, time_guessed: true })]);
    expect(line).toMatchObject({
      outcome: "kept",
      post: {
        tokens: [{ chain: "unknown", symbol: "DEMO" }],
        links,
        stance: expect.any(Number),
        time_guessed: true,
      },
      signals: [{ type: expect.any(String), type_confidence: expect.any(Number) }],
    });
    expect(line.post.tokens[0]).not.toHaveProperty("token_ca");
  });

  it("takes the name of a listed coin for evidence about it", async () => {
    const text = "Bitcoin crashes below 79,000 dollars while traders rush to sell their holdings.";
    const [line] = await ran([post({ text })], ["--until", "refine"]);
    expect(line.post.tokens).toEqual([{ chain: "btc", symbol: "BTC" }]);
  });

  it("rejects a post that is dated ahead, by the clock or by --now when that is later", async () => {
    const ahead = post({ text: "$DEMO is listed", posted_at: "2098-01-01T00:00:00Z" });
    const past = ["--until", "filter", "--now", "2020-01-01T00:00:00Z"];
    for (const args of [["--until", "filter"], past])
      expect(await ran([ahead, post({ text: "$DEMO is listed" })], args)).toMatchObject([
        { id: "1", outcome: "rejected", error: expect.stringMatching(/^posted_at .*ahead/) },
        { outcome: "kept" },
      ]);
    const later = ["--until", "filter", "--now", "2098-01-01T00:00:00Z"];
    expect(await ran([ahead], later)).toMatchObject([{ outcome: "kept" }]);
  });

  it("rejects a line that is no post, and reads on", async () => {
    const [bad, good] = await ran(
      [post({ text: 7 }), post({ text: "The $DEMO team shipped version 2 of its protocol." })],
      ["--until", "filter"],
    );
    expect(bad).toMatchObject({ id: "1", line: 1, outcome: "rejected", error: expect.any(String) });
    expect(good).toMatchObject({
      outcome: "kept",
      post: { posted_at: "2026-01-15T10:00:00.000Z" },
    });
  });
});
