import * as z from "zod";
import { networkOf } from "../../kit/network.ts";
import { DEFAULT_TENANT, type TenantQuota } from "../../model/tenant.ts";
import { EVENT_STREAM, type LiveListener } from "../../observability/live.ts";
import type { TicketPorts } from "../access.ts";
import { type ApiSettings, mayRead } from "../context.ts";
import { problem } from "../problem.ts";
import { LiveQuery } from "../query.ts";
import { type ApiRoute, route } from "../route.ts";

export type StreamPorts = {
  settings: Pick<ApiSettings, "publicRead">;
  /**
   * WebSocket or Server-Sent Events, by what the request asks for.
   */
  stream(request: Request, listener: LiveListener): Promise<Response>;
  tickets: TicketPorts;
  /** Of a tenant other than the default one. */
  quotas(tenant: string): Promise<TenantQuota>;
};

/** A page asks for a ticket and opens the stream at once. */
export const TICKET_SECONDS = 30;

export const streamRoutes = (ports: StreamPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/stream",
    access: "feed",
    tenants: "shared",
    tag: "live",
    operationId: "streamSignals",
    summary:
      "Live messages: Server-Sent Events, or a WebSocket on upgrade. Resumes from Last-Event-ID " +
      "or ?after=. Deliveries are told to the scope operations.",
    ticketed: true,
    query: LiveQuery,
    answer: z.string(),
    answerType: "text/event-stream",
    status: 200,
    example: { query: { min_score: "10" }, headers: { Accept: "text/event-stream" } },
    async handle({ context, tenant }) {
      // It says that there is a stream, and opens none.
      if (context.req.raw.method === "HEAD") return new Response(null, { headers: EVENT_STREAM });
      const caller = context.get("caller");
      const places = await placesOf(tenant, ports);
      return ports.stream(context.req.raw, {
        // The deliveries that it tells of are the operators'.
        operations:
          tenant === DEFAULT_TENANT && mayRead("operations", caller, ports.settings.publicRead),
        keyId: caller.kind === "key" ? caller.id : null,
        expiresAt: caller.kind === "key" && caller.expiresAt ? Date.parse(caller.expiresAt) : null,
        address: networkOf(context.req.header("CF-Connecting-IP") ?? ""),
        ...(places !== undefined && { tenant: { name: tenant, places } }),
      });
    },
  }),
  route({
    method: "POST",
    path: "/stream/tickets",
    access: "read",
    tenants: "shared",
    tag: "live",
    operationId: "createStreamTicket",
    effect: "none",
    summary:
      "A ticket for /stream?ticket=, where a browser's EventSource or WebSocket can send no key. " +
      "It works once, within 30 s.",
    answer: z.object({ ticket: z.string(), expiresInSeconds: z.number().int() }),
    status: 201,
    example: {},
    async handle({ context }) {
      const caller = context.get("caller");
      if (caller.kind !== "key") return problem(401, "A ticket stands for a key: show one.");
      const ticket = await ports.tickets.issue(caller);
      return { ticket, expiresInSeconds: TICKET_SECONDS };
    },
  }),
];

const placesOf = async (
  tenant: string,
  { quotas }: Pick<StreamPorts, "quotas">,
): Promise<number | undefined> =>
  tenant === DEFAULT_TENANT ? undefined : (await quotas(tenant)).listeners;
