import { FACTS } from "../../src/model/facts.ts";
import { loadRules } from "../../src/rules/load.ts";
import { scoreRules } from "../../src/rules/score.ts";
import { book, someFacts } from "./book.ts";
import { filtrexText } from "./text.ts";

const loaded = loadRules(filtrexText(book(100, 7)), {}, FACTS);
const facts = someFacts(1_000, 11);
let next = 0;
/** What nobody looks at, the compiler need not make. */
let kept: unknown;

/** workerd's clock stands still while code runs: only something that is waited for moves it. */
const tick = () => new Promise((done) => setTimeout(done, 0));

async function timed(scorings: number): Promise<number> {
  if (loaded.kind === "rejected") throw new Error(loaded.problems[0]?.message);
  await tick();
  const began = performance.now();
  for (let n = 0; n < scorings; n++)
    kept = scoreRules(loaded.rules, facts[next++ % facts.length] ?? {});
  await tick();
  return performance.now() - began;
}

/** `?samples=N&batch=M`: the milliseconds of N batches of M scorings, each after one of none. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const times: { idle: number; busy: number }[] = [];
    while (times.length < Number(searchParams.get("samples")))
      times.push({ idle: await timed(0), busy: await timed(Number(searchParams.get("batch"))) });
    return Response.json({ times, kept });
  },
};
