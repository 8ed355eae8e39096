import * as z from "zod";
import { Mention } from "../../model/mention.ts";
import { SignalState } from "../../model/scalars.ts";
import { TokenEvent } from "../../model/token-event.ts";
import type { EventStore } from "../../store/events.ts";
import { asFilter, ListQuery, readPaging } from "../query.ts";
import { type ApiRoute, route } from "../route.ts";
import { EXAMPLE_EVENT } from "./examples.ts";
import { EventKeyParams, noEvent, SignalShown, signalOnWire } from "./signals.ts";

export type EventReadPorts = { store: Pick<EventStore, "events" | "event"> };

const EventShown = TokenEvent.extend({ state: SignalState, score: z.number(), level: z.string() });

export const eventRoutes = ({ store }: EventReadPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/events",
    access: "feed",
    tag: "feed",
    operationId: "listEvents",
    summary: "Events, the latest first.",
    query: ListQuery,
    answer: z.object({ events: z.array(EventShown), nextCursor: z.string().nullable() }),
    status: 200,
    example: { query: { chain: "eth", limit: "10" } },
    async handle({ query }) {
      const page = await readPaging(query, (paging) => store.events(asFilter(query), paging));
      if (page instanceof Response) return page;
      return { events: page.items, nextCursor: page.nextCursor };
    },
  }),
  route({
    method: "GET",
    path: "/events/:eventKey",
    access: "feed",
    tag: "feed",
    operationId: "getEvent",
    summary: "One event with its signal and its earliest evidence, at most 1,000 pieces.",
    params: EventKeyParams,
    answer: TokenEvent.extend({ signal: SignalShown, evidence: z.array(Mention) }),
    status: 200,
    example: { params: { eventKey: EXAMPLE_EVENT } },
    async handle({ params: { eventKey } }) {
      const found = await store.event(eventKey);
      if (found === undefined) return noEvent(eventKey);
      return { ...found.event, signal: signalOnWire(found.signal), evidence: found.evidence };
    },
  }),
];
