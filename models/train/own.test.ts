import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { figureTable, mayReplace, readOwnRows } from "./own.ts";
import { OWN_LANGUAGE } from "./own-language.ts";
import { OWN_SPAM } from "./own-spam.ts";
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
  const rows = readTemplates(2)
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
