import { parse, stringify } from "smol-toml";
import * as z from "zod";

/** The queues of posts and of mentions carry a message a post; the others carry far fewer. */
const SHARDED = ["posts", "mentions"];

export const QueueConfig = z.looseObject({
  producers: z.array(z.looseObject({ binding: z.string(), queue: z.string() })),
  consumers: z.array(
    z.looseObject({ queue: z.string(), dead_letter_queue: z.string().optional() }),
  ),
});
export type QueueConfig = z.infer<typeof QueueConfig>;

/**
 * What `count` shards add to the queues of wrangler.toml: `mentions-1` and so on, each bound
 * (`MENTIONS_1`) and consumed as the first one is.
 */
export function furtherShards({ producers, consumers }: QueueConfig, count: number): QueueConfig {
  const numbers = Array.from({ length: count - 1 }, (_, n) => n + 1);
  const shards = <T extends { queue: string }>(list: T[], named: (each: T, n: number) => T): T[] =>
    list
      .filter(({ queue }) => SHARDED.includes(queue))
      .flatMap((each) => numbers.map((n) => ({ ...named(each, n), queue: `${each.queue}-${n}` })));
  return {
    producers: shards(producers, (each, n) => ({ ...each, binding: `${each.binding}_${n}` })),
    consumers: shards(consumers, (each) => each),
  };
}

/** A wrangler.toml with a bucket of R2 for the archive. */
export const withArchive = (toml: string, bucket: string | undefined): string =>
  bucket === undefined ? toml : `${toml}\n${stringify({ r2_buckets: [archiveBinding(bucket)] })}`;

export const archiveBinding = (bucket: string) => ({ binding: "ARCHIVE", bucket_name: bucket });

/** A wrangler.toml whose queues have `count` shards. */
export function shardedConfig(toml: string, count: number): string {
  if (count === 1) return toml;
  const { queues } = z.looseObject({ queues: QueueConfig }).parse(parse(toml));
  return `${toml}\n${stringify({ queues: furtherShards(queues, count) })}`;
}
