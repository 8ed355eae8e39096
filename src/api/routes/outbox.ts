import * as z from "zod";
import { type Clock, iso } from "../../kit/time.ts";
import type { ChannelConfig } from "../../model/channel-config.ts";
import { ShownStatus } from "../../model/delivery.ts";
import { IsoInstant } from "../../model/scalars.ts";
import type { WriteLog } from "../../observability/log.ts";
import type { Routes } from "../../routing/routes.ts";
import type { ChannelStore } from "../../store/channels.ts";
import type { DueDelivery, OutboxRow, OutboxStore } from "../../store/outbox.ts";
import { problem } from "../problem.ts";
import { PagingQuery, readPaging } from "../query.ts";
import { type ApiRoute, PathId, route } from "../route.ts";

export type OutboxPorts = {
  ownRows(tenant: string): Pick<OutboxStore, "outbox" | "reopen"> & Pick<ChannelStore, "channels">;
  /** Why an open row is not sent yet; null when nothing holds it. */
  waitReason(
    row: OutboxRow,
    channels: readonly ChannelConfig[],
    routes: Routes | null,
  ): string | null;
  /** A tenant's routes in force. Never throws. */
  routes(tenant: string): Promise<Routes | null>;
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
    .pipe(z.int())
    .nullable()
    .default(null),
  since: IsoInstant.nullable().default(null),
});

const OutboxShown = z.object({
  id: z.number().int(),
  channelId: z.number().int(),
  channel: z.string(),
  eventKey: z.string(),
  status: z.string(),
  retryCount: z.number().int(),
  nextRetryAt: z.string().nullable(),
  waitsFor: z.string().nullable(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  idemKey: z.string(),
  payload: z.unknown(),
  attempts: z.array(
    z.object({
      at: z.string(),
      result: z.string(),
      httpStatus: z.number().int().nullable(),
      ms: z.number(),
      error: z.string().nullable(),
    }),
  ),
});

/** Every notification for every channel, with the attempts made at it. */
export const outboxRoutes = ({
  ownRows,
  waitReason,
  routes,
  awaited,
  enqueue,
  now,
  log,
}: OutboxPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/outbox",
    access: "operations",
    tenants: "own",
    tag: "delivery",
    operationId: "listOutbox",
    summary: "Deliveries with their attempts, the latest first.",
    query: OutboxQuery,
    answer: z.object({ outbox: z.array(OutboxShown), nextCursor: z.string().nullable() }),
    status: 200,
    example: { query: { limit: "10" } },
    async handle({ query, tenant }) {
      const store = ownRows(tenant);
      const { status, channel, since } = query;
      const page = await readPaging(query, (paging) =>
        store.outbox({ status, channelId: channel, since }, paging),
      );
      if (page instanceof Response) return page;
      const open = page.items.some(({ nextRetryAt }) => nextRetryAt !== null);
      const [channels, inForce] = open
        ? await Promise.all([store.channels(), routes(tenant)])
        : [[], null];
      const outbox = page.items.map((row) => ({
        ...row,
        waitsFor: waitReason(row, channels, inForce),
      }));
      return { outbox, nextCursor: page.nextCursor };
    },
  }),
  route({
    method: "POST",
    path: "/outbox/:id/retry",
    access: "write",
    tenants: "own",
    tag: "delivery",
    operationId: "retryDelivery",
    summary: "Makes a failed or dead delivery due now, with its idempotency key.",
    params: z.object({ id: PathId("delivery") }),
    answer: z.object({ id: z.number().int(), state: z.enum(["reopened", "open"]) }),
    status: 202,
    example: { params: { id: "1" } },
    async handle({ params: { id }, change, tenant }) {
      await awaited();
      const at = iso(now());
      const entry = change({ at, subject: `delivery/${id}` });
      const reopened = await ownRows(tenant).reopen(id, at, entry);
      if (reopened.kind === "unknown") return problem(404, `There is no delivery "${id}".`);
      if (reopened.kind === "done")
        return problem(409, "It was delivered, and nothing is sent twice.");
      if (reopened.kind === "reopened") {
        log({ stage: "retry", outcome: "reopened", by: entry.keyId, deliveryId: id });
        await enqueue([reopened.delivery]).catch(() => undefined);
      }
      return { id, state: reopened.kind };
    },
  }),
];
