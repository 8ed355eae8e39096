import { beforeEach, describe, expect, it } from "vitest";
import type { Mention } from "../model/mention.ts";
import { mention } from "../store/contract/fixtures.ts";
import { addDirectly, type DirectMentionsPorts } from "./direct-mentions.ts";

let calls: string[];
let failing: ReadonlySet<string>;
let ports: DirectMentionsPorts;
const about = (id: string, eventKey: string): Mention => mention(id, { eventKey });
const keysOf = (mentions: Mention[]) => mentions.map(({ eventKey }) => eventKey);

beforeEach(() => {
  calls = [];
  failing = new Set();
  ports = {
    async addMentions(eventKey, mentions, mayHold) {
      calls.push(`${eventKey}: ${mentions.map(({ postId }) => postId)}, may hold: ${mayHold}`);
      if (failing.has(eventKey)) throw new Error("the object was reset");
    },
    sleep: () => new Promise(() => undefined),
  };
});

describe("mentions", () => {
  it("go to their events, those of one event in one call, and may be held there", async () => {
    const left = await addDirectly([about("1", "a"), about("2", "b"), about("3", "a")], ports);
    expect(left).toEqual([]);
    expect(calls).toEqual(["a: 1,3, may hold: true", "b: 2, may hold: true"]);
  });

  it("of an event that fails are left to the queue, and no others", async () => {
    failing = new Set(["b"]);
    const left = await addDirectly([about("1", "a"), about("2", "b"), about("3", "b")], ports);
    expect(left.map(({ postId }) => postId)).toEqual(["2", "3"]);
  });

  it("of an event that takes too long are left to the queue", async () => {
    const { addMentions } = ports;
    ports.addMentions = (eventKey, ...rest) =>
      eventKey === "slow" ? new Promise(() => undefined) : addMentions(eventKey, ...rest);
    let waited = 0;
    ports.sleep = async (ms) => {
      waited = ms;
      await new Promise((wake) => setImmediate(wake));
    };
    expect(keysOf(await addDirectly([about("1", "slow"), about("2", "b")], ports))).toEqual([
      "slow",
    ]);
    expect(waited).toBe(2_000);
  });

  it("of more events than an invocation may call are left to the queue", async () => {
    const many = Array.from({ length: 210 }, (_, n) => about(`${n}`, `e${n}`));
    const left = await addDirectly(many, ports);
    expect(calls).toHaveLength(200);
    expect(keysOf(left)).toEqual(keysOf(many.slice(200)));
  });
});
