import * as z from "zod";
import type { AuditPage, AuditRange } from "../../audit/audit-range.ts";
import { type Clock, iso } from "../../kit/time.ts";
import { IsoInstant } from "../../model/scalars.ts";
import { PagingQuery, readPaging } from "../query.ts";
import { type ApiRoute, route } from "../route.ts";

export type AuditPorts = {
  auditRange(range: AuditRange): Promise<AuditPage>;
  now: Clock;
};

const AuditQuery = PagingQuery.extend({
  since: IsoInstant.nullable().default(null),
  until: IsoInstant.nullable().default(null),
});

const AuditShown = z.object({
  since: z.string().nullable(),
  until: z.string(),
  watermark: z.string(),
  events: z.number().int(),
  tooLarge: z.number().int(),
  rescored: z.number().int(),
  findings: z.array(
    z.object({ eventKey: z.string(), what: z.string(), stored: z.string(), counted: z.string() }),
  ),
  unaccounted: z.array(
    z.object({
      source: z.string(),
      hour: z.string(),
      accepted: z.number().int(),
      found: z.number().int(),
    }),
  ),
  tallies: z.array(
    z.object({
      what: z.string(),
      outcome: z.string(),
      reason: z.string(),
      kept: z.number().int(),
      found: z.number().int(),
    }),
  ),
  nextCursor: z.string().nullable(),
});

/** The audit that counts again, a page of changed events at a time. */
export const auditRoutes = ({ auditRange, now }: AuditPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/audit/events",
    access: "operations",
    tag: "operations",
    operationId: "auditEvents",
    heavy: true,
    summary: "Events that changed, counted and scored again from their evidence and facts.",
    query: AuditQuery,
    answer: AuditShown,
    status: 200,
    handle: ({ query: { since, until, ...query } }) =>
      readPaging(query, (paging) => auditRange({ since, until: until ?? iso(now()), ...paging })),
  }),
];
