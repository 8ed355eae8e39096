import { billFor, METERS, type OperationFigures, PRICES_READ } from "./bill.ts";

const BEGIN = "<!-- counted: begin -->";
const END = "<!-- counted: end -->";
const POSTS = [1_000, 10_000, 100_000, 1_000_000] as const;

const count = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString("en-US") : String(Math.round(value * 10) / 10);
const money = (dollars: number): string => `$${dollars.toFixed(2)}`;

/** What is counted, and what follows from it. */
function counted(figures: OperationFigures): string {
  const bills = POSTS.map((posts) => ({ posts, bill: billFor(posts, figures) }));
  const operations = METERS.map(({ name, ...meter }) => {
    const shown = [figures.perThousand, figures.perMinute].map((each) => count(meter.of(each)));
    return `| ${name} | ${shown.join(" | ")} |`;
  });
  const months = bills.map(({ posts, bill }) => {
    const over = bill.lines.filter(({ fitsFree }) => fitsFree === false);
    const dearest = bill.lines.filter(({ dollars }) => dollars >= 0.005);
    const what = dearest.map(({ meter, dollars }) => `${meter} ${money(dollars)}`).join(", ");
    return (
      `| ${count(posts)} | **${money(bill.dollars)}** | ${what || "nothing"} | ` +
      `${over.map(({ meter }) => meter).join(", ") || "nothing"} |`
    );
  });
  const statements = count(figures.perThousand.sqlStatements ?? 0);
  return [
    `Counted over ${figures.posts} sample posts; ${statements} SQL statements per 1,000 posts.`,
    "",
    "| | per 1,000 posts | in a minute without posts |",
    "|---|---|---|",
    ...operations,
    "",
    `| posts a day | a month | above what is included | too much a day for what is free |`,
    "|---|---|---|---|",
    ...months,
    "",
    `Prices of ${PRICES_READ}.`,
  ].join("\n");
}

/** docs/cost.md with the part between its two marks made from the figures. */
export function costPage(page: string, figures: OperationFigures): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error("docs/cost.md has lost its marks");
  return `${page.slice(0, from + BEGIN.length)}\n${counted(figures)}\n${page.slice(to)}`;
}
