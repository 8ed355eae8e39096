import { type QueueBatch, retryDelay } from "./batch.ts";
import { consumeDeadLetters } from "./dead-letters.ts";
import { consumeDeliveries, type DeliveriesPorts } from "./deliveries.ts";
import { consumeMentions, type MentionsPorts } from "./mentions.ts";
import { consumePosts, type PostsPorts } from "./posts.ts";

export type QueuePorts = PostsPorts & MentionsPorts & DeliveriesPorts;

const CONSUMERS: Record<string, (batch: QueueBatch, ports: QueuePorts) => Promise<void>> = {
  posts: consumePosts,
  mentions: consumeMentions,
  deliveries: consumeDeliveries,
  "dead-letters": consumeDeadLetters,
};

/**
 * Hands a batch to the consumer of its queue (`posts`, `{name}-posts`, or a shard: `posts-1`).
 * Every message is acked or retried by name. What throws here retries the whole batch: nothing is
 * lost, some work is repeated.
 */
export async function consumeBatch(batch: QueueBatch, ports: QueuePorts): Promise<void> {
  const whole = batch.queue.replace(/-\d+$/, "");
  const name = Object.keys(CONSUMERS).find(
    (queue) => whole === queue || whole.endsWith(`-${queue}`),
  );
  const consume = name === undefined ? undefined : CONSUMERS[name];
  if (name === undefined || !consume) throw new Error(`no consumer for queue ${batch.queue}`);
  // Metrics, logs and dead letters call it the same in every environment.
  const { messages } = batch;
  const started = ports.now();
  try {
    await consume({ queue: name, messages }, ports);
  } catch (error) {
    ports.log({
      stage: `queue.${name}`,
      level: "error",
      outcome: "retry",
      reason: String(error),
    });
    for (const message of messages) message.retry({ delaySeconds: retryDelay(message.attempts) });
  }
  ports.telemetry.observe("pipeline_latency_ms", { stage: name }, ports.now() - started);
}
