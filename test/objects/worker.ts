import type { QueueBatch } from "../../src/queues/batch.ts";

/**
 * The object classes as they are deployed, with what they are composed of and the clients of the
 * platform, and no consumers: what is sent to a queue is noted.
 */
export { AlertsObject } from "../../workers/objects/alerts.ts";
export { ChannelObject } from "../../workers/objects/channel.ts";
export { CommitsObject } from "../../workers/objects/commits.ts";
export { EventObject } from "../../workers/objects/event.ts";
export { MetricsObject } from "../../workers/objects/metrics.ts";
export { ProviderObject } from "../../workers/objects/provider.ts";
export { StreamObject } from "../../workers/objects/stream.ts";
export { SweeperObject } from "../../workers/objects/sweeper.ts";

export const received: { queue: string; body: unknown }[] = [];

export default {
  /** StreamObject purges the cache by the Worker's own entrypoint. */
  fetch: () => new Response(),
  async queue({ queue, messages }: QueueBatch): Promise<void> {
    for (const { body } of messages) received.push({ queue, body });
  },
};
