import { readFileSync } from "node:fs";
import type * as z from "zod";

/** A figure on texts that no training saw: of the new model, and of the shipped one. */
export type HeldOutFigure = { name: string; yours: number; shipped: number };
/**
 * The outcome of training on one's own file. The first figure decides which model is better;
 * `write` replaces the shipped weights.
 */
export type OwnModel = { figures: readonly [HeldOutFigure, ...HeldOutFigure[]]; write(): string };

/** How one model is trained on one's own file. */
export type OwnTrainer<Row = unknown> = {
  /** For people: what a line of the file holds. */
  format: string;
  row: z.ZodType<Row>;
  train(rows: readonly Row[]): OwnModel;
};

/** Says what is wrong with the file or the command; the command prints it and ends. */
export class TrainingError extends Error {}

const MOST_SHOWN = 5;

/** The rows of a JSON Lines file. Problems name the line. */
export function readOwnRows<Row>(file: string, { row, format }: OwnTrainer<Row>): Row[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new TrainingError(`${file} cannot be read: ${(error as Error).message}`);
  }
  const problems: string[] = [];
  const rows: Row[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const parsed = row.safeParse(parseLine(line));
    if (parsed.success) rows.push(parsed.data);
    else {
      const [issue] = parsed.error.issues;
      problems.push(`line ${i + 1}: ${issue?.path.join(".") || "the line"}: ${issue?.message}`);
    }
  }
  if (problems.length > 0)
    throw new TrainingError(
      [
        `${file}: ${problems.length} of its lines cannot be read. A line holds ${format}.`,
        ...problems.slice(0, MOST_SHOWN),
        ...(problems.length > MOST_SHOWN ? ["..."] : []),
      ].join("\n"),
    );
  return rows;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Throws unless every label has `fewest` texts: fewer neither teach nor measure. */
export function requireEnough(
  labels: readonly string[],
  wanted: readonly string[],
  fewest: number,
) {
  for (const label of wanted) {
    const have = labels.filter((each) => each === label).length;
    if (have < fewest)
      throw new TrainingError(
        `the file has ${have} texts with the label ${label}; training needs ${fewest} at least`,
      );
  }
}

const COLUMN = 12;

/** The figures side by side, as a table. */
export function figureTable(figures: readonly HeldOutFigure[]): string {
  const cells = (row: readonly string[]) => row.map((cell) => cell.padStart(COLUMN)).join("");
  return [
    `${"held out".padEnd(24)}${cells(["yours", "shipped"])}`,
    ...figures.map(
      ({ name, yours, shipped }) =>
        `${name.padEnd(24)}${cells([yours.toFixed(4), shipped.toFixed(4)])}`,
    ),
  ].join("\n");
}

/** Whether the new model may replace the shipped one: by the first figure, or by force. */
export const mayReplace = (
  { figures: [main] }: Pick<OwnModel, "figures">,
  force: boolean,
): boolean => force || main.yours > main.shipped;
