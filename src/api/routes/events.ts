import * as z from "zod";
import { Mention } from "../../model/mention.ts";
import { SignalState } from "../../model/scalars.ts";
import { TokenEvent } from "../../model/token-event.ts";
import type { EventStore } from "../../store/events.ts";
import { asFilter, ListQuery, PagingQuery, readPaging } from "../query.ts";
import { linesOf } from "../reply.ts";
import { type ApiRoute, route } from "../route.ts";
import { EXAMPLE_EVENT } from "./examples.ts";
import { EventKeyParams, noEvent, SignalShown, signalOnWire } from "./signals.ts";

export type EventReadPorts = {
  store: Pick<EventStore, "eventLines" | "event" | "evidenceInTime" | "relatedEvents">;
};

/** Keys of other events that are about the same token, in the same window. */
const Related = z.array(z.string());

const EventShown = TokenEvent.extend({
  state: SignalState,
  score: z.number(),
  level: z.string(),
  related: Related,
});

export const eventRoutes = ({ store }: EventReadPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/events",
    access: "feed",
    tenants: "shared",
    tag: "feed",
    operationId: "listEvents",
    summary: "Events, the latest first.",
    query: ListQuery,
    answer: z.object({ events: z.array(EventShown), nextCursor: z.string().nullable() }),
    status: 200,
    example: { query: { chain: "eth", limit: "10" } },
    async handle({ query }) {
      return readPaging(query, async (paging) =>
        linesOf("events", await store.eventLines(asFilter(query), paging)),
      );
    },
  }),
  route({
    method: "GET",
    path: "/events/:eventKey",
    access: "feed",
    tenants: "shared",
    tag: "feed",
    operationId: "getEvent",
    summary:
      "One event with its signal and a page of its evidence, the earliest first; " +
      "?order=latest turns it round.",
    params: EventKeyParams,
    query: PagingQuery.extend({ order: z.enum(["earliest", "latest"]).default("earliest") }),
    answer: TokenEvent.extend({
      signal: SignalShown,
      evidence: z.array(Mention),
      /** Of the next page of the evidence. */
      nextCursor: z.string().nullable(),
      related: Related,
    }),
    status: 200,
    example: { params: { eventKey: EXAMPLE_EVENT } },
    async handle({ params: { eventKey }, query }) {
      const [found, related, page] = await Promise.all([
        store.event(eventKey, 0),
        store.relatedEvents([eventKey]),
        readPaging(query, (paging) =>
          store.evidenceInTime(eventKey, { ...paging, order: query.order }),
        ),
      ]);
      if (page instanceof Response) return page;
      if (found === undefined) return noEvent(eventKey);
      return {
        ...found.event,
        signal: signalOnWire(found.signal),
        related: related[0]?.related ?? [],
        evidence: page.items,
        nextCursor: page.nextCursor,
      };
    },
  }),
];
