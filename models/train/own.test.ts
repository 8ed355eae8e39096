import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { figureTable, mayReplace, type OwnTrainer, readOwnRows } from "./own.ts";
import { OWN_LANGUAGE } from "./own-language.ts";
import { OWN_SENTIMENT } from "./own-sentiment.ts";
import { OWN_SPAM } from "./own-spam.ts";
import { OWN_STANCE } from "./own-stance.ts";
import { OWN_TYPES } from "./own-types.ts";
import { readTemplates } from "./spam-templates.ts";

const folder = mkdtempSync(join(tmpdir(), "own-data-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(lines: readonly string[]): string {
  const file = join(folder, "own.jsonl");
  writeFileSync(file, lines.join("\n"));
  return file;
}

it("reads one's own rows, and passes over blank lines", () => {
  const file = fileOf(['{"text":"a","spam":true}', "", '{"text":"b","spam":false,"by":"me"}']);
  expect(readOwnRows(file, OWN_SPAM)).toEqual([
    { text: "a", spam: true },
    { text: "b", spam: false },
  ]);
});

it("names the lines that cannot be read, and the format", () => {
  const file = fileOf(['{"text":"a"}', "no json", '{"text":"b","spam":true}']);
  expect(() => readOwnRows(file, OWN_SPAM)).toThrow(/2 of its lines.*"spam": true or false/);
  expect(() => readOwnRows(file, OWN_SPAM)).toThrow(/line 1: spam: [\s\S]*line 2: the line/);
  expect(() => readOwnRows(join(folder, "none.jsonl"), OWN_SPAM)).toThrow(/cannot be read/);
});

it("maps the codes of languages, and refuses what is none", () => {
  expect(readOwnRows(fileOf(['{"text":"a","language":"eng"}']), OWN_LANGUAGE)).toEqual([
    { text: "a", language: "en" },
  ]);
  expect(() => readOwnRows(fileOf(['{"text":"a","language":"und"}']), OWN_LANGUAGE)).toThrow(
    /line 1: language: must be a code/,
  );
});

it("asks for enough texts of each label", () => {
  expect(() => OWN_SPAM.train([{ text: "a", spam: true }])).toThrow(
    /1 texts with the label true; training needs 50/,
  );
});

it("measures a model on texts that it has not seen, and keeps the shipped one when it is better", () => {
  const rows = readTemplates("spam-templates", 2)
    .filter(({ language, spam }) => language === "en" && !spam)
    .slice(0, 200);
  const unlearnable = OWN_SPAM.train(rows.map(({ text }, i) => ({ text, spam: i % 2 === 0 })));
  expect(unlearnable.figures.map(({ name }) => name)).toEqual([
    "F1",
    "recall",
    "false-positive rate",
  ]);
  const [f1] = unlearnable.figures;
  expect(f1.yours).toBeLessThan(0.6);
  const learned = OWN_SPAM.train(
    rows.map(({ text }, i) => ({
      text: i % 2 === 0 ? `quarterly grumbling about tulips ${text}` : text,
      spam: i % 2 === 0,
    })),
  );
  expect(learned.figures[0].yours).toBeGreaterThan(0.9);
  expect(mayReplace(learned, false)).toBe(learned.figures[0].yours > learned.figures[0].shipped);
}, 60_000);

const ROOMS = ["red", "blue", "green"];
/** Two kinds of texts that a few words tell apart. */
const texts = (n: number, words: readonly string[]) =>
  Array.from({ length: n }, (_, i) => {
    const word = words[i % words.length] ?? "";
    return `${word} ${word.length + i} in the ${ROOMS[i % 3]} room, ${i % 7} of them`;
  });

it("learns stances of its own", () => {
  const learned = OWN_STANCE.train([
    ...texts(60, ["tulips bloom", "rivers sing"]).map((text) => ({
      text,
      stance: "bearish" as const,
    })),
    ...texts(60, ["stones rest", "lamps hum"]).map((text) => ({
      text,
      stance: "bullish" as const,
    })),
  ]);
  expect(learned.figures.map(({ name }) => name)).toEqual(["AUC", "accuracy"]);
  expect(learned.figures[0].yours).toBeGreaterThan(0.95);
  expect(mayReplace(learned, false)).toBe(true);
  expect(() => OWN_STANCE.train([{ text: "up", stance: "bullish" }])).toThrow(/1 texts .* bullish/);
}, 60_000);

it("learns event types of its own beside those that ship", () => {
  const rows = [
    ...texts(30, ["plush toy drop", "sticker pack"]).map((text) => ({
      text,
      type: "nft" as const,
    })),
    ...texts(30, ["tea with friends", "rain outside"]).map((text) => ({
      text,
      type: "mention" as const,
    })),
  ];
  const learned = OWN_TYPES.train(rows);
  expect(learned.figures.map(({ name }) => name)).toEqual([
    "macro-F1",
    "F1 of mention",
    "F1 of nft",
  ]);
  expect(learned.figures[0].yours).toBeGreaterThan(0.9);
  expect(learned.figures[0].yours).toBeGreaterThan(learned.figures[0].shipped);
}, 300_000);

it("teaches the shipped sentiment more", () => {
  const learned = OWN_SENTIMENT.train([
    ...texts(60, ["tulips bloom", "rivers sing"]).map((text) => ({
      text,
      label: "negative" as const,
    })),
    ...texts(60, ["stones rest", "lamps hum"]).map((text) => ({
      text,
      label: "positive" as const,
    })),
    ...texts(60, ["doors open", "clocks tick"]).map((text) => ({
      text,
      label: "neutral" as const,
    })),
  ]);
  expect(learned.figures.map(({ name }) => name)).toEqual(["macro-F1", "AUC, good above bad"]);
  expect(learned.figures[0].yours).toBeGreaterThan(0.9);
  expect(mayReplace(learned, false)).toBe(true);
}, 60_000);

it.each([
  [OWN_STANCE, '{"text":"a","stance":"long"}', /line 1: stance: .*bullish/],
  [OWN_TYPES, '{"text":"a","type":"hack"}', /line 1: type: .*security_alert/],
  [OWN_SENTIMENT, '{"text":"a","label":"good"}', /line 1: label: .*negative/],
  [OWN_SENTIMENT, '{"text":"","label":"positive"}', /line 1: text/],
])("names what a line must hold: %#", (trainer, line, message) => {
  expect(() => readOwnRows(fileOf([line]), trainer as OwnTrainer)).toThrow(message);
});

it("replaces a better model by force alone, and never for a tie", () => {
  const figures = (yours: number) =>
    [{ name: "F1", yours, shipped: 0.8 }] as const satisfies OwnFigures;
  expect(mayReplace({ figures: figures(0.81) }, false)).toBe(true);
  expect(mayReplace({ figures: figures(0.8) }, false)).toBe(false);
  expect(mayReplace({ figures: figures(0.7) }, false)).toBe(false);
  expect(mayReplace({ figures: figures(0.7) }, true)).toBe(true);
  expect(figureTable(figures(0.7))).toMatch(/held out +yours +shipped\nF1 +0\.7000 +0\.8000/);
});

type OwnFigures = Parameters<typeof figureTable>[0];
