import * as z from "zod";
import { IsoInstant } from "../../model/scalars.ts";
import type { AuditLogStore } from "../../store/audit-log.ts";
import { PagingQuery, readPaging } from "../query.ts";
import { type ApiRoute, route } from "../route.ts";

export type AuditLogPorts = { ownRows(tenant: string): Pick<AuditLogStore, "auditLog"> };

const AuditLogQuery = PagingQuery.extend({
  action: z.string().min(1).max(60).nullable().default(null),
  subject: z.string().min(1).max(200).nullable().default(null),
  key: z.string().min(1).max(60).nullable().default(null),
  since: IsoInstant.nullable().default(null),
  until: IsoInstant.nullable().default(null),
});

const EntryShown = z.object({
  id: z.number().int(),
  at: z.string(),
  keyId: z.string(),
  keyName: z.string().nullable(),
  action: z.string(),
  subject: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  requestId: z.string(),
});

export const auditLogRoutes = ({ ownRows }: AuditLogPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/audit-log",
    access: "operations",
    tenants: "own",
    tag: "operations",
    operationId: "listAuditLog",
    summary:
      "Who changed which channel, key, list, rules or fault, replayed or triggered what, the " +
      "latest first. Secrets are masked.",
    query: AuditLogQuery,
    answer: z.object({ entries: z.array(EntryShown), nextCursor: z.string().nullable() }),
    status: 200,
    example: { query: { limit: "10" } },
    async handle({ query, tenant }) {
      const { action, subject, key: keyId, since, until } = query;
      const page = await readPaging(query, (paging) =>
        ownRows(tenant).auditLog({ action, subject, keyId, since, until }, paging),
      );
      if (page instanceof Response) return page;
      const entries = page.items.map((row) => ({ ...row, subject: row.subject ?? "" }));
      return { entries, nextCursor: page.nextCursor };
    },
  }),
];
