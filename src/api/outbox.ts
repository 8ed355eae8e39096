import { Hono } from "hono";
import * as z from "zod";
import { type Clock, iso } from "../kit/time.ts";
import { ShownStatus } from "../model/delivery.ts";
import { IsoInstant } from "../model/scalars.ts";
import type { WriteLog } from "../observability/log.ts";
import type { AdminStore, DueDelivery, ReadStore } from "../store/index.ts";
import { type ApiEnv, keyIdOf } from "./access.ts";
import { problem } from "./problem.ts";
import { PagingQuery, readPaging, readQuery } from "./query.ts";
import { jsonReply, readReply } from "./reply.ts";

export type OutboxPorts = {
  store: Pick<ReadStore, "outbox"> & Pick<AdminStore, "reopen">;
  /**
   * Has the outbox swept soon, also when this call dies or the database's answer is lost. Never
   * throws.
   */
  awaited(): Promise<void>;
  /** Sends re-opened rows to the queue. May throw: the sweeper finds them too. */
  enqueue(deliveries: readonly DueDelivery[]): Promise<unknown>;
  now: Clock;
  log: WriteLog;
};

export const OutboxQuery = PagingQuery.extend({
  status: ShownStatus.nullable().default(null),
  channel: z
    .string()
    .regex(/^\d{1,15}$/, "must be a channel's id")
    .transform(Number)
    .nullable()
    .default(null),
  since: IsoInstant.nullable().default(null),
});

/** Every notification for every channel, with the attempts made at it. */
export function outboxRoutes({ store, awaited, enqueue, now, log }: OutboxPorts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get("/outbox", async (c) => {
    const read = readQuery(c.req.url, OutboxQuery);
    if (read.kind === "refused") return read.response;
    const { status, channel, since } = read.query;
    const page = await readPaging(read.query, (paging) =>
      store.outbox({ status, channelId: channel, since }, paging),
    );
    return page instanceof Response
      ? page
      : readReply(c, { outbox: page.items, nextCursor: page.nextCursor });
  });

  app.post("/outbox/:id/retry", async (c) => {
    const id = c.req.param("id");
    await awaited();
    const reopened = /^\d{1,15}$/.test(id)
      ? await store.reopen(Number(id), iso(now()))
      : ({ kind: "unknown" } as const);
    if (reopened.kind === "unknown")
      return problem(404, `There is no delivery ${JSON.stringify(id.slice(0, 40))}.`);
    if (reopened.kind === "done")
      return problem(409, "It was delivered, and nothing is sent twice.");
    if (reopened.kind === "reopened") {
      log({
        stage: "retry",
        outcome: "reopened",
        by: keyIdOf(c.get("caller")),
        deliveryId: Number(id),
      });
      await enqueue([reopened.delivery]).catch(() => undefined);
    }
    return jsonReply(202, { id: Number(id), state: reopened.kind });
  });

  return app;
}
