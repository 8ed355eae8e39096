import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readOwnRows } from "../models/train/own.ts";
import { OWN_SPAM } from "../models/train/own-spam.ts";
import { apiApp } from "../src/api/app.ts";
import type { PostFilter, PostListed } from "../src/store/posts.ts";
import { fakePorts } from "../test/support/api.ts";
import { runCommand } from "../test/support/terminal.ts";
import { UsageError } from "./command.ts";
import { label } from "./commands/label.ts";

const folder = mkdtempSync(join(tmpdir(), "label-"));
afterAll(() => rmSync(folder, { recursive: true }));

const stored = (id: string, text: string, more: Partial<PostListed> = {}): PostListed => ({
  ...{ source: "x", id, author: "a", text, lang: "en", spam: 0.1, sentiment: 0 },
  ...{ postedAt: "2026-01-01T00:00:00Z", acceptedAt: "2026-01-01T00:00:01Z" },
  ...{ outcome: "evidence", reason: null },
  ...more,
});
const POSTS = [
  stored("4", "$DEMO was hacked last night"),
  stored("3", "free coins, click now", { outcome: "dropped", reason: "spam", spam: 0.9 }),
  stored("2", "free coins, click now", { outcome: "dropped", reason: "spam", spam: 0.9 }),
  stored("1", "I am bullish on $DEMO"),
];

/** Runs the command against a server that has POSTS, two a page. */
async function ran(args: string[]) {
  const ports = fakePorts();
  const asked: PostFilter[] = [];
  const posts = async (filter: PostFilter, { cursor }: { cursor: string | null }) => {
    asked.push(filter);
    const from = cursor === null ? 0 : 2;
    return { items: POSTS.slice(from, from + 2), nextCursor: cursor === null ? "Mg" : null };
  };
  ports.store = { ...ports.store, posts };
  const { code, out, err } = await runCommand(label, args, apiApp(ports), {});
  return { code, err, asked, rows: out.map((line) => JSON.parse(line)) };
}

it("labels posts as the product does, each text once, through all pages", async () => {
  const { code, rows } = await ran(["spam"]);
  expect(code).toBe(0);
  expect(rows.map(({ id, spam }) => [id, spam])).toEqual([
    ["4", false],
    ["3", true],
    ["1", false],
  ]);
});

it.each([
  ["types", "type", ["security_alert"]],
  ["stance", "stance", ["bullish", "bearish"]],
  ["sentiment", "label", ["negative", "neutral", "positive"]],
  ["language", "language", ["en"]],
])("writes rows of %s with the field %s", async (model, field, labels) => {
  const { rows } = await ran([model, "--limit", "1"]);
  expect(rows).toHaveLength(1);
  expect(labels).toContain(rows[0][field]);
});

it("writes the label that is given, and asks for what is wanted", async () => {
  const { rows, asked } = await ran(["spam", "--as", "true", "--outcome", "evidence"]);
  expect(rows.map(({ spam }) => spam)).toEqual([true, true, true]);
  expect(asked[0]).toMatchObject({ outcome: "evidence", reason: null, source: null });
});

it("writes what the trainer reads", async () => {
  const { rows } = await ran(["spam"]);
  const file = join(folder, "own.jsonl");
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join("\n"));
  expect(readOwnRows(file, OWN_SPAM)).toHaveLength(3);
});

it.each([[["colour"]], [[]], [["spam", "--as", "maybe"]], [["spam", "types"]]])(
  "refuses %j",
  async (args) => {
    await expect(ran(args)).rejects.toThrow(UsageError);
  },
);
