import type { Engine } from "./engine.ts";
import { ours } from "./ours.ts";
import { bullmq, graphileWorker, pgBoss } from "./peers.ts";

export const ENGINES: Record<string, Engine> = {
  ours,
  "pg-boss": pgBoss,
  "graphile-worker": graphileWorker,
  bullmq,
};
