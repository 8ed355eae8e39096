import { type Command, UsageError } from "../command.ts";
import { billFor, PRICES_READ } from "../cost/bill.ts";
import { parseOptions, wholeNumber } from "../options.ts";
import { table } from "../table.ts";

const MAX_POSTS = 1_000_000_000;
const money = (dollars: number): string => `$${dollars.toFixed(2)}`;
const count = (value: number): string => Math.round(value).toLocaleString("en-US");

export const cost: Command = {
  name: "cost",
  summary: "what a month costs for so many posts a day",
  usage: `stream cost --posts-per-day N [--json]

Multiplies the operations that \`npm run bench -- cost\` counted on the sample posts by your posts,
and those of an idle minute by the minutes of a month, and prices them (docs/cost.md). One channel,
no source that is polled; people who read the page or the API come on top.

  npm run -s stream -- cost --posts-per-day 10000`,
  async run(args, io) {
    const { values, positionals } = parseOptions(args, { "posts-per-day": { type: "string" } });
    if (positionals.length > 0 || values["posts-per-day"] === undefined)
      throw new UsageError("cost needs --posts-per-day N");
    const posts = wholeNumber("posts-per-day", values["posts-per-day"], 0, MAX_POSTS);
    const bill = billFor(posts);
    if (io.json) {
      io.out(JSON.stringify({ posts_per_day: posts, prices_read: PRICES_READ, ...bill }));
      return 0;
    }
    const rows = bill.lines.map(({ meter, perDay, perMonth, included, dollars, fitsFree }) => ({
      meter,
      a_day: count(perDay),
      a_month: count(perMonth),
      included: count(included),
      above_it: money(dollars),
      free_plan: fitsFree === null ? "10 ms a call" : fitsFree ? "fits" : "too much",
    }));
    for (const line of table(rows)) io.out(line);
    io.out(`\nWorkers Paid ${money(bill.workers)}, Neon's smallest compute ${money(bill.neon)}`);
    io.out(`${money(bill.dollars)} a month for ${count(posts)} posts a day (${PRICES_READ})`);
    return 0;
  },
};
