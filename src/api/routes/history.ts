import * as z from "zod";
import { IsoInstant, Level, RiskLevel, SignalState } from "../../model/scalars.ts";
import type { EventStore } from "../../store/events.ts";
import type { HistoryStore } from "../../store/history.ts";
import { PagingQuery, readPaging } from "../query.ts";
import { type ApiRoute, route } from "../route.ts";
import { EXAMPLE_EVENT } from "./examples.ts";
import { EventKeyParams, noEvent } from "./signals.ts";

export type SignalHistoryPorts = { store: HistoryStore & Pick<EventStore, "signal"> };

export const SignalChangeShown = z.object({
  eventKey: z.string(),
  symbol: z.string().nullable(),
  chain: z.string(),
  rev: z.number().int(),
  ts: z.string(),
  state: SignalState,
  previousState: SignalState.nullable(),
  score: z.number(),
  previousScore: z.number().nullable(),
  level: Level,
  riskLevel: RiskLevel,
  transition: z.number().int(),
  rulesVersion: z.string(),
  evidenceCount: z.number().int(),
  uniqueAuthors: z.number().int(),
  liquidity: z.number().nullable(),
  priceUsd: z.number().nullable(),
});

const SpanQuery = PagingQuery.extend({
  since: IsoInstant.nullable().default(null),
  until: IsoInstant.nullable().default(null),
});
const HistoryPage = z.object({
  history: z.array(SignalChangeShown),
  nextCursor: z.string().nullable(),
});

export const historyRoutes = ({ store }: SignalHistoryPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/signals/:eventKey/history",
    access: "feed",
    tenants: "shared",
    tag: "feed",
    operationId: "getSignalHistory",
    summary: "Each change of the score or state of one signal, the latest first.",
    params: EventKeyParams,
    query: SpanQuery,
    answer: HistoryPage,
    status: 200,
    example: { params: { eventKey: EXAMPLE_EVENT } },
    async handle({ params: { eventKey }, query }) {
      const { since, until } = query;
      const page = await readPaging(query, (paging) =>
        store.history({ eventKey, since, until }, paging),
      );
      if (page instanceof Response) return page;
      if (page.items.length === 0 && (await store.signal(eventKey)) === undefined)
        return noEvent(eventKey);
      return { history: page.items, nextCursor: page.nextCursor };
    },
  }),
  route({
    method: "GET",
    path: "/history",
    access: "feed",
    tenants: "shared",
    tag: "feed",
    operationId: "listHistory",
    summary: "Each change of the score or state of any signal, the latest first.",
    query: SpanQuery,
    answer: HistoryPage,
    status: 200,
    example: { query: { limit: "10" } },
    async handle({ query }) {
      const { since, until } = query;
      const page = await readPaging(query, (paging) =>
        store.history({ eventKey: null, since, until }, paging),
      );
      if (page instanceof Response) return page;
      return { history: page.items, nextCursor: page.nextCursor };
    },
  }),
];
