import { billFor } from "../cli/cost/bill.ts";
import { table } from "../cli/table.ts";
import { modelDay, rateAt, type StageDay, type Turned } from "./scale/day.ts";
import { COSTS, DAY } from "./scale/limits.ts";

const AS_IT_COMES: Turned = { queueShards: 1, commitLanes: 2, acceptLanes: 1 };
const TURNED: Turned = { queueShards: 2, commitLanes: 4, acceptLanes: 1 };
const FURTHER: Turned = { queueShards: 4, commitLanes: 32, acceptLanes: 1 };

const few = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toFixed(value < 10 ? 1 : 0);

const row = ({ name, capacity, peak, waiting, waitSeconds, left }: StageDay) => ({
  stage: name,
  takes: `${few(capacity)}/s`,
  "at most": `${few(peak)}/s`,
  used: `${Math.round((100 * peak) / capacity)} %`,
  "waited at most": waiting < 1 ? "-" : `${few(waiting)} (${few(waitSeconds)} s)`,
  "bites at, posts/day": `${few((DAY.posts * capacity) / peak / 1e6)} M`,
  left: left < 1 ? "-" : few(left),
});

/**
 * A day of a hundred million posts, second by second, against the documented limits: a model, which
 * needs no server. docs/scale.md says what it assumes.
 */
export async function bench(): Promise<void> {
  const mean = DAY.posts / 86_400;
  const top = Math.max(...Array.from({ length: 86_400 }, (_, second) => rateAt(second)));
  console.log(
    `\nscale: ${few(DAY.posts / 1e6)} M posts a day, ${few(mean)}/s on average, ${few(top)}/s in ` +
      `the burst, ${DAY.evidence * 100} % evidence`,
  );
  const turns = ({ queueShards, commitLanes }: Turned) =>
    `QUEUE_SHARDS=${queueShards} COMMIT_LANES=${commitLanes}`;
  for (const [title, turned, evidence] of [
    ["as it comes", AS_IT_COMES, DAY.evidence],
    [turns(TURNED), TURNED, DAY.evidence],
    ["as it comes, were nine of ten evidence", AS_IT_COMES, 0.9],
    [`${turns(FURTHER)}, were nine of ten evidence`, FURTHER, 0.9],
  ] as const) {
    console.log(`\n${title}:`);
    for (const line of table(modelDay(turned, evidence).map(row))) console.log(line);
  }
  const evidence = DAY.posts * DAY.evidence;
  const dropped = DAY.posts - evidence;
  const perDay = (of: (costs: (typeof COSTS)["evidence" | "dropped"]) => number) =>
    evidence * of(COSTS.evidence) + dropped * of(COSTS.dropped);
  console.log(
    `\na day: ${few(perDay(({ workerMs }) => workerMs) / 3_600_000)} hours of the Worker's CPU, ` +
      `${few(perDay(({ statements }) => statements) / 1e6)} M statements, ` +
      `${few(perDay(({ redis }) => redis) / 1e6)} M Redis commands, ` +
      `${few(perDay(({ rowBytes }) => rowBytes) / 1e9)} GB of rows (an estimate)`,
  );
  const { dollars } = billFor(DAY.posts);
  console.log(
    `a month by docs/cost.md, were every post evidence as in its count: $${few(dollars)}`,
  );
}
