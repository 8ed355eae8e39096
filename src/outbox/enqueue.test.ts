import { describe, expect, it } from "vitest";
import type { Envelope } from "../model/envelope.ts";
import { callOrEnqueue, enqueueDeliveries } from "./enqueue.ts";

const due = [1, 2, 3].map((id) => ({ id, channelId: 7, since: "2026-01-15T12:00:00Z" }));

/** A queue that takes all but the delivery of this id. */
function queue(refused?: number) {
  const taken: Envelope[] = [];
  const sendBatch = async (messages: { body: Envelope }[]): Promise<void> => {
    const bodies = messages.map(({ body }) => body);
    if (bodies.some((body) => body.kind === "delivery" && body.id === refused))
      throw new Error("429");
    taken.push(...bodies);
  };
  return { taken, ports: { deliveries: { sendBatch }, uuid: () => "trace" } };
}

it("sends a message for each delivery", async () => {
  const { taken, ports } = queue();
  await enqueueDeliveries(due, ports);
  expect(taken).toMatchObject(due.map(({ id }) => ({ kind: "delivery", id, channelId: 7 })));
});

it("says that the queue refused some, once it has the others", async () => {
  const { taken, ports } = queue(2);
  await expect(enqueueDeliveries(due, ports)).rejects.toThrow("429");
  expect(taken).toMatchObject([{ id: 1 }, { id: 3 }]);
});

describe("the deliveries of a commit", () => {
  /** Calls reach the objects of channels, but not for the delivery of this id. */
  async function hand(rows: typeof due, unreachable?: number, refused?: number) {
    const { taken, ports } = queue(refused);
    const called: number[] = [];
    const deferred: Promise<unknown>[] = [];
    const lost: unknown[] = [];
    const deliver = async (_: number, id: number): Promise<void> => {
      if (id === unreachable) throw new Error("the object is being moved");
      called.push(id);
    };
    const defer = (work: Promise<unknown>) => void deferred.push(work);
    await callOrEnqueue(rows, { ...ports, deliver, defer }, (error) => void lost.push(error));
    await Promise.all(deferred);
    return { called, queued: taken.map((body) => body.kind === "delivery" && body.id), lost };
  }

  it("go to the objects of their channels, and not through the queue", async () => {
    expect(await hand(due)).toEqual({ called: [1, 2, 3], queued: [], lost: [] });
  });

  it("go to the queue when the object cannot be reached", async () => {
    expect(await hand(due, 2)).toEqual({ called: [1, 3], queued: [2], lost: [] });
  });

  it("are left to the sweeper, with a word, when the queue refuses them too", async () => {
    expect(await hand(due, 2, 2)).toMatchObject({ called: [1, 3], queued: [], lost: [{}] });
  });

  it("go through the queue when they are many", async () => {
    const many = Array.from({ length: 21 }, (_, id) => ({ ...due[0], id }) as (typeof due)[0]);
    const { called, queued } = await hand(many);
    expect([called.length, queued.length]).toEqual([0, 21]);
  });
});
