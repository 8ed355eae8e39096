import type { SendQueue } from "../intake/queue-batches.ts";
import { shardOf } from "../kit/shard.ts";
import type { Envelope } from "../model/envelope.ts";

type Depth = { backlogCount: number; oldestMessageTimestamp?: Date | number };
type QueueShard = SendQueue & { metrics(): Promise<Depth> };

/** By the event, so that the messages of one come from one queue; a post by its id. */
function keyOf(body: Envelope): string {
  if (body.kind === "mention") return body.mention.eventKey;
  return body.kind === "post" ? `${body.post.source}:${body.post.id}` : `${body.channelId}`;
}

/**
 * Several queues as one, because the platform takes 5,000 messages a second for each. Any consumer
 * takes what any of them holds, so that their number can change while messages wait.
 */
export function shardedQueue(shards: readonly [QueueShard, ...QueueShard[]]): QueueShard {
  const [only] = shards;
  if (shards.length === 1) return only;
  return {
    async sendBatch(messages) {
      const parts = Map.groupBy(messages, ({ body }) => shardOf(keyOf(body), shards.length));
      await Promise.all([...parts].map(([shard, part]) => (shards[shard] ?? only).sendBatch(part)));
    },
    async metrics() {
      const depths = await Promise.all(shards.map((shard) => shard.metrics()));
      // An empty queue's oldest message dates from the epoch.
      const oldest = depths.flatMap(({ oldestMessageTimestamp: at = 0 }) => Number(at) || []);
      return {
        backlogCount: depths.reduce((sum, { backlogCount }) => sum + backlogCount, 0),
        oldestMessageTimestamp: oldest.length === 0 ? 0 : Math.min(...oldest),
      };
    },
  };
}
