import { describe, expect, it } from "vitest";
import { type ActorRecord, actorRecord } from "./actor-record.ts";

function storageOf(read: ActorRecord) {
  const storage = { reads: 0, writes: [] as ActorRecord[] };
  const record = actorRecord({
    read: () => {
      storage.reads++;
      return read;
    },
    write: (changed) => void storage.writes.push(changed),
  });
  return { storage, record };
}

describe("the record of an actor", () => {
  it("is read once, and written once for all that changes before something is awaited", async () => {
    const { storage, record } = storageOf({ eventKey: "key", looked: 2 });
    expect([record.eventKey, record.looked, record.awaitsFacts]).toEqual(["key", 2, false]);
    record.looked = 0;
    record.awaitsFacts = true;
    record.clearAt = 7;
    await Promise.resolve();
    record.trace = "trace";
    await Promise.resolve();
    const first = { eventKey: "key", looked: 0, awaitsFacts: true, clearAt: 7 };
    expect(storage).toEqual({ reads: 1, writes: [first, { ...first, trace: "trace" }] });
  });

  it("is not written for what stays as it is", async () => {
    const { storage, record } = storageOf({ looked: 2 });
    record.looked = 2;
    record.question = undefined;
    await Promise.resolve();
    expect(storage.writes).toEqual([]);
  });

  it("is gone once it is forgotten, with what was not written yet", async () => {
    const { storage, record } = storageOf({ eventKey: "key" });
    record.looked = 3;
    record.forget();
    await Promise.resolve();
    expect([storage.writes, record.eventKey, record.looked]).toEqual([[], undefined, 0]);
    record.eventKey = "anew";
    await Promise.resolve();
    expect(storage.writes).toEqual([{ eventKey: "anew" }]);
  });
});
