/**
 * Replays one history of the simulator, byte for byte:
 *
 *   node scripts/bootstrap.mjs test/sim/replay.ts --seed 7 --posts 5000 --posts-seed 3 \
 *     --faults crash=0.05,ack-lost=0.01 [--log]
 */
import { parseArgs } from "node:util";
import { ratesOf } from "./jobs.ts";
import { scene as sceneOf, simulate } from "./run.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    posts: { type: "string", default: "1000" },
    "posts-seed": { type: "string", default: "0" },
    faults: { type: "string", default: "" },
    log: { type: "boolean", default: false },
  },
});

const posts = { seed: Number(values["posts-seed"]), count: Number(values.posts) };
const scene = sceneOf(posts);
const { tables: reference } = await simulate({ seed: 0, posts, rates: {} }, { scene });
const began = process.cpuUsage();
const { outcome } = await simulate(
  { seed: Number(values.seed), posts, rates: ratesOf(values.faults) },
  { scene, reference, ...(values.log && { read: (line: string) => console.log(line) }) },
);
console.log({ ...outcome, cpuMs: Math.round(process.cpuUsage(began).user / 1000) });
process.exitCode = outcome.complaints.length === 0 ? 0 : 1;
