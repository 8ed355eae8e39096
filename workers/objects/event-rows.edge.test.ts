import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Bindings } from "../env.ts";
import { storageRows } from "./event-rows.ts";

const { METRICS } = env as unknown as Bindings;
const row = (group: string, key: string, value: unknown) => ({ group, key, value });

/** Any object has the storage of an event's. */
it("keeps an event's rows in the storage of an object, whole or not at all, and deletes them", async () => {
  const stub = METRICS.getByName("event rows") as unknown as DurableObjectStub;
  await runInDurableObject(stub, async (_, { storage }) => {
    const rows = storageRows(storage);
    expect(rows.scan("a", { limit: 5 })).toEqual([]);
    rows.write([row("a", "1", { x: "é" }), row("a", "2", 2), row("text", "t", [1])]);
    const again = storageRows(storage);
    expect(again.get("a", "1")).toEqual({ x: "é" });
    expect(again.get("text", "t")).toEqual([1]);
    expect(again.scan("a", { limit: 5, descending: true }).map(({ key }) => key)).toEqual([
      "2",
      "1",
    ]);
    expect(again.scanEach(["text", "b", "a"], { before: "2", limit: 5 })).toEqual([
      [],
      [],
      [{ key: "1", value: { x: "é" } }],
    ]);
    const failing = function* () {
      yield row("a", "1", undefined);
      throw new Error("in the middle");
    };
    expect(() => again.write(failing())).toThrow("in the middle");
    expect(again.get("a", "1")).toEqual({ x: "é" });
    again.clear();
    await storage.deleteAlarm();
    await storage.deleteAll();
    expect(storageRows(storage).get("a", "1")).toBeUndefined();
    again.write([row("a", "3", 3)]);
    expect(storageRows(storage).get("a", "3")).toBe(3);
  });
});
