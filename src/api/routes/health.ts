import * as z from "zod";
import { DEFAULT_TENANT } from "../../model/tenant.ts";
import { type ApiSettings, mayRead } from "../context.ts";
import { problem } from "../problem.ts";
import { jsonReply } from "../reply.ts";
import { type ApiRoute, route } from "../route.ts";

export const HealthReport = z.object({
  status: z.enum(["healthy", "degraded", "unhealthy"]),
  version: z.string(),
  database: z.string(),
  redis: z.string(),
  rules: z.object({ version: z.string().nullable(), loadedAt: z.string().nullable() }),
  queues: z.record(z.string(), z.number().nullable()),
  /** Alerts that fire and are not silenced; null: they cannot be read. */
  alerts: z.object({ critical: z.number(), warning: z.number(), info: z.number() }).nullable(),
  /** When it was checked: a storm of probes costs the database one check a second. */
  checkedAt: z.string(),
  /** Channels that wait for working credentials, and what else an operator should see. */
  notes: z.array(z.string()).optional(),
});
export type HealthReport = z.infer<typeof HealthReport>;

export type HealthPorts = {
  settings: Pick<ApiSettings, "publicRead">;
  health(): Promise<HealthReport>;
  /** What is not ready yet; empty when migrations are applied and rules are loaded. */
  unready(): Promise<string[]>;
  /** Prometheus text. */
  metrics(): Promise<string>;
};

export const healthRoutes = (ports: HealthPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/healthz",
    access: "open",
    tenants: "shared",
    tag: "operations",
    operationId: "getHealth",
    summary:
      "Health of the database, Redis, rules and queues. 503 when unhealthy; degraded is a 200.",
    answer: HealthReport,
    status: 200,
    others: { 503: HealthReport },
    async handle({ context, tenant }) {
      const { notes, ...health } = await ports.health();
      // The notes name channels and what their services answered, as GET /channels does.
      const shown =
        notes !== undefined &&
        tenant === DEFAULT_TENANT &&
        mayRead("operations", context.get("caller"), ports.settings.publicRead);
      return jsonReply(
        health.status === "unhealthy" ? 503 : 200,
        shown ? { ...health, notes } : health,
      );
    },
  }),
  route({
    method: "GET",
    path: "/readyz",
    access: "open",
    tenants: "shared",
    tag: "operations",
    operationId: "getReadiness",
    summary: "200 when migrations are applied and rules are loaded.",
    answer: z.object({ ready: z.literal(true) }),
    status: 200,
    async handle() {
      const unready = await ports.unready();
      if (unready.length === 0) return jsonReply(200, { ready: true });
      return problem(503, `Not ready yet: ${unready.join("; ")}.`, {
        headers: { "Retry-After": "2" },
      });
    },
  }),
  route({
    method: "GET",
    path: "/metrics",
    access: "operations",
    tag: "operations",
    operationId: "getMetrics",
    summary: "Prometheus text.",
    answer: z.string(),
    answerType: "text/plain",
    status: 200,
    async handle() {
      const headers = {
        "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
        "Cache-Control": "private, no-store",
      };
      return new Response(await ports.metrics(), { headers });
    },
  }),
];
