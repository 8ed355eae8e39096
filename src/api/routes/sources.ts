import * as z from "zod";
import { type Clock, iso } from "../../kit/time.ts";
import { IsoInstant } from "../../model/scalars.ts";
import { ProviderReport, SourceStatus } from "../../model/source-status.ts";
import type { AuditLogStore } from "../../store/audit-log.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export type SourcesPorts = {
  sources(): Promise<SourceStatus[]>;
  providers(): Promise<ProviderReport[]>;
  /** False: no such provider. */
  reset(provider: string): Promise<boolean>;
};

export type TriggerOptions = { since?: string; notify: boolean };
export type TriggerResult =
  | { kind: "started" }
  | { kind: "unknown"; sources: string[] }
  | { kind: "off"; reason: string };
export type TriggerPorts = {
  sources: SourcesPorts;
  trigger(source: string, options: TriggerOptions): Promise<TriggerResult>;
  auditLog: Pick<AuditLogStore, "recordChange">;
  now: Clock;
};

/** Read from a time on, and whether the signals that come of it notify. */
const TriggerQuery = z.object({
  since: IsoInstant.optional(),
  notify: z.enum(["true", "false"]).default("false"),
});

/** What comes in and which services are asked: which are on, and their state. */
export const sourceRoutes = ({ sources, trigger, auditLog, now }: TriggerPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/sources",
    access: "operations",
    tenants: "shared",
    tag: "operations",
    operationId: "listSources",
    summary: "Every source: on, or why it is off; its last poll.",
    answer: z.object({ sources: z.array(SourceStatus) }),
    status: 200,
    handle: async () => ({ sources: await sources.sources() }),
  }),
  route({
    method: "GET",
    path: "/providers",
    access: "operations",
    tag: "operations",
    operationId: "listProviders",
    summary:
      "Every outside service: breaker, pace, budget, last answer; or why no enricher uses it.",
    answer: z.object({ providers: z.array(ProviderReport) }),
    status: 200,
    handle: async () => ({ providers: await sources.providers() }),
  }),
  route({
    method: "POST",
    path: "/providers/:name/reset",
    access: "admin",
    tag: "operations",
    operationId: "resetProvider",
    summary: "Closes a breaker after its cause was repaired.",
    params: z.object({ name: z.string() }),
    status: 204,
    example: { params: { name: "goplus" } },
    async handle({ params: { name }, change }) {
      await auditLog.recordChange(change({ at: iso(now()), subject: `provider/${name}` }));
      return (await sources.reset(name))
        ? undefined
        : problem(404, `There is no provider ${JSON.stringify(name.slice(0, 60))}.`);
    },
  }),
  route({
    method: "POST",
    path: "/triggers/:source",
    access: "admin",
    tag: "ingest",
    operationId: "triggerSource",
    summary: "Runs one poll of a source now, or a backfill.",
    params: z.object({ source: z.string() }),
    query: TriggerQuery,
    answer: z.object({ source: z.string(), started: z.literal(true) }),
    status: 202,
    example: { params: { source: "hackernews" }, query: { since: "2026-01-15T08:00:00Z" } },
    async handle({ params: { source }, query: { since, notify }, change }) {
      const options = { notify: notify === "true", ...(since !== undefined && { since }) };
      await auditLog.recordChange(
        change({ at: iso(now()), subject: `source/${source}`, after: options }),
      );
      const triggered = await trigger(source, options);
      if (triggered.kind === "started") return { source, started: true as const };
      if (triggered.kind === "off")
        return problem(409, `The source ${source} is off: ${triggered.reason}`);
      return problem(
        404,
        `There is no source ${JSON.stringify(source.slice(0, 60))}; there are ` +
          `${triggered.sources.join(", ")}.`,
      );
    },
  }),
];
