/** A process of one engine: `worker.ts ENGINE fill|drain`. It ends when the bench does. */
import type { Job } from "./engine.ts";
import { ENGINES } from "./engines.ts";

process.on("disconnect", () => process.exit());
const [name = "", verb, job = "{}"] = process.argv.slice(2);
const engine = ENGINES[name];
if (verb === "fill") {
  await engine?.fill(JSON.parse(job) as Job);
  process.disconnect?.();
} else await engine?.drain(JSON.parse(job) as Job);
