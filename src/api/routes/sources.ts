import * as z from "zod";
import type { ProviderStatus } from "../../http/provider-guard.ts";
import { IsoInstant } from "../../model/scalars.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export const SourceStatus = z.object({
  source: z.string(),
  title: z.string(),
  kind: z.enum(["poll", "push", "stream"]),
  on: z.boolean(),
  /** Why it is off; null when it is on. */
  why: z.string().nullable(),
  everyMinutes: z.number().nullable(),
  polledAt: z.string().nullable(),
  /** When its cursor last changed; of a stream, the time that it reached. */
  movedAt: z.string().nullable(),
  /** The gravest last answer of the services it calls. */
  lastVerdict: z.string().nullable(),
  providers: z.array(z.string()),
});
export type SourceStatus = z.infer<typeof SourceStatus>;

const ProviderShown = z.object({
  provider: z.string(),
  breaker: z.enum(["closed", "open", "half-open"]),
  cause: z.string().nullable(),
  openUntil: z.string().nullable(),
  callsLastMinute: z.number().int(),
  perMinute: z.number().nullable(),
  budgetLeft: z.number().nullable(),
  last: z.object({ at: z.string(), kind: z.string(), reason: z.string() }).nullable(),
});

export type SourcesPorts = {
  sources(): Promise<SourceStatus[]>;
  providers(): Promise<ProviderStatus[]>;
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
};

/** Read from a time on, and whether the signals that come of it notify. */
const TriggerQuery = z.object({
  since: IsoInstant.optional(),
  notify: z.enum(["true", "false"]).default("false"),
});

/** What comes in and which services are asked: which are on, and their state. */
export const sourceRoutes = ({ sources, trigger }: TriggerPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/sources",
    access: "operations",
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
    summary: "Every outside service that is called: breaker, pace, budget, last answer.",
    answer: z.object({ providers: z.array(ProviderShown) }),
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
    handle: async ({ params: { name } }) =>
      (await sources.reset(name))
        ? undefined
        : problem(404, `There is no provider ${JSON.stringify(name.slice(0, 60))}.`),
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
    async handle({ params: { source }, query: { since, notify } }) {
      const options = { notify: notify === "true", ...(since !== undefined && { since }) };
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
