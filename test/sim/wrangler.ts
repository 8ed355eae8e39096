import { projectText } from "./mutate.ts";
import type { QueueSettings } from "./queue.ts";

const TEXT = projectText("wrangler.toml");

/**
 * The consumer of a queue as wrangler.toml configures it: what is simulated is what is deployed.
 */
export function consumerSettings(queue: string): QueueSettings {
  const section = TEXT.split(/^\[\[?/m).find(
    (each) => each.startsWith("queues.consumers") && each.includes(`queue = "${queue}"`),
  );
  const number = (key: string, otherwise: number): number => {
    const [, value] = new RegExp(`^${key} = (\\d+)`, "m").exec(section ?? "") ?? [];
    return value === undefined ? otherwise : Number(value);
  };
  if (section === undefined) throw new Error(`wrangler.toml has no consumer for ${queue}`);
  return {
    name: queue,
    maxBatch: number("max_batch_size", 10),
    batchSeconds: number("max_batch_timeout", 5),
    maxRetries: number("max_retries", 3),
    retrySeconds: number("retry_delay", 0),
  };
}
