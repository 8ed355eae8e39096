import { expect, it } from "vitest";
import type { Envelope } from "../model/envelope.ts";
import { enqueueDeliveries } from "./enqueue.ts";

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
