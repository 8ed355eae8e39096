import { parseArgs } from "node:util";
import { FAULT_NAMES, type FaultName, type Rates } from "./faults.ts";
import { simulate } from "./run.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    posts: { type: "string", default: "2000" },
    "posts-seed": { type: "string", default: "0" },
    faults: { type: "string", default: "" },
    log: { type: "boolean", default: false },
  },
});

/** "crash=0.05,ack-lost=0.01" */
const rates: Rates = Object.fromEntries(
  values.faults
    .split(",")
    .filter(Boolean)
    .map((each): [FaultName, number] => {
      const [name, rate] = each.split("=");
      const known = FAULT_NAMES.find((fault) => fault === name);
      if (!known) throw new Error(`no fault ${name}; there are ${FAULT_NAMES.join(" ")}`);
      return [known, Number(rate)];
    }),
);
const posts = { seed: Number(values["posts-seed"]), count: Number(values.posts) };
const cpu = (): number => process.cpuUsage().user / 1000;
const started = cpu();
const reference = await simulate({ seed: 0, posts, rates: {} });
const middle = cpu();
const { outcome } = await simulate(
  { seed: Number(values.seed), posts, rates },
  { reference: reference.tables, ...(values.log && { read: (line: string) => console.log(line) }) },
);
console.log({ ...outcome, refMs: middle - started, ms: cpu() - middle, reference: reference.outcome.complaints });
process.exitCode = outcome.complaints.length === 0 ? 0 : 1;
