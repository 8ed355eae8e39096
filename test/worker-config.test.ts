import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import * as z from "zod";

const Config = z.object({
  durable_objects: z.object({ bindings: z.array(z.object({ class_name: z.string() })) }),
  migrations: z.array(z.object({ tag: z.string(), new_sqlite_classes: z.array(z.string()) })),
});

describe("wrangler.toml", () => {
  const config = Config.parse(parse(readFileSync("wrangler.toml", "utf8")));

  it("gives each step of the objects' migrations a tag of its own", () => {
    const tags = config.migrations.map(({ tag }) => tag);
    expect(new Set(tags).size).toBe(tags.length);
  });

  it("creates each bound class once", () => {
    const created = config.migrations.flatMap((step) => step.new_sqlite_classes);
    const bound = config.durable_objects.bindings.map(({ class_name }) => class_name);
    expect(created.sort()).toEqual(bound.sort());
  });
});
