import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { expect, it } from "vitest";
import * as z from "zod";
import { QueueConfig, shardedConfig } from "./queue-shards.ts";

const TOML = readFileSync("wrangler.toml", "utf8");
const queuesOf = (text: string) => z.object({ queues: QueueConfig }).parse(parse(text)).queues;

it("binds and consumes each shard as the first one is", () => {
  const [one, three] = [queuesOf(TOML), queuesOf(shardedConfig(TOML, 3))];
  const bindings = three.producers.map(({ binding, queue }) => `${binding} ${queue}`);
  for (const shard of ["POSTS_1 posts-1", "POSTS_2 posts-2", "MENTIONS_2 mentions-2"])
    expect(bindings).toContain(shard);
  expect(three.producers).toHaveLength(one.producers.length + 4);
  const consumer = (name: string) => three.consumers.find(({ queue }) => queue === name);
  expect(consumer("mentions-2")).toEqual({ ...consumer("mentions"), queue: "mentions-2" });
  expect(three.consumers).toHaveLength(one.consumers.length + 4);
});

it("leaves a single queue as it is", () => {
  expect(shardedConfig(TOML, 1)).toBe(TOML);
});
