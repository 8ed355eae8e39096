import { DeployShape } from "../src/settings/settings.ts";

/** What settings add to the resources of wrangler.toml. */
export type Resources = { queueShards: number; archiveBucket: string | undefined };

export function readResources(
  given: Readonly<Record<string, string | undefined>>,
): Resources & { problems: string[] } {
  const shards = DeployShape.QUEUE_SHARDS.safeParse(given.QUEUE_SHARDS || undefined);
  const bucket = DeployShape.ARCHIVE_BUCKET.safeParse(given.ARCHIVE_BUCKET || undefined);
  const said = (name: string, { error }: typeof shards | typeof bucket): string[] =>
    (error?.issues ?? []).map(({ message }) => `${name} ${message}`);
  return {
    queueShards: shards.data ?? 1,
    archiveBucket: bucket.data,
    problems: [...said("QUEUE_SHARDS", shards), ...said("ARCHIVE_BUCKET", bucket)],
  };
}
