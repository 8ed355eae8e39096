import * as z from "zod";
import { type Clock, iso } from "../../kit/time.ts";
import type { AuditLogStore } from "../../store/audit-log.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export type FaultAnswer = { status: number; json: unknown };

/**
 * The emulators of outside services on a developer's machine, which can be made to fail. Null: the
 * services are real, and nothing can be set.
 */
export type FaultsPort = {
  ask(method: "GET" | "PUT" | "DELETE", name: string, fault?: unknown): Promise<FaultAnswer>;
} | null;

export type FaultRoutePorts = {
  faults: FaultsPort;
  auditLog: Pick<AuditLogStore, "recordChange">;
  now: Clock;
};

/** The emulators know which faults there are. */
const FaultInput = z.object({
  fault: z.union([z.string(), z.array(z.string()).min(1)]),
  rate: z.number().min(0).max(1).optional(),
  ms: z.number().nonnegative().max(60_000).optional(),
  header_style: z.string().optional(),
  retry_after_seconds: z.number().nonnegative().optional(),
});

const FaultSet = z.looseObject({});
const FaultsShown = z.looseObject({
  emulators: z.array(z.string()),
  faults: z.array(z.string()).optional(),
  headerStyles: z.array(z.string()),
  active: z.record(z.string(), z.unknown()).optional(),
});

const Refusal = z.object({ error: z.string() });
const MAX_BYTES = 4_096;

function refused({ status, json }: FaultAnswer): Response {
  const reason = Refusal.safeParse(json).data?.error;
  return reason === undefined
    ? problem(503, "The emulators do not answer.")
    : problem(status === 404 ? 404 : 422, reason);
}

const noEmulators = () => problem(404, "Faults can be set in the local stack alone (npm start).");

/** How each emulated service fails: for tests, and to watch the product cope with it. */
export const faultRoutes = ({ faults, auditLog, now }: FaultRoutePorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/faults",
    access: "operations",
    tag: "operations",
    operationId: "listFaults",
    summary: "Local stack alone: the emulators of outside services, and the faults of each.",
    answer: FaultsShown,
    status: 200,
    async handle() {
      if (faults === null) return noEmulators();
      const answer = await faults.ask("GET", "");
      return answer.status === 200 ? (answer.json as z.input<typeof FaultsShown>) : refused(answer);
    },
  }),
  route({
    method: "PUT",
    path: "/faults/:name",
    access: "admin",
    tag: "operations",
    operationId: "setFault",
    summary: "Local stack alone: a share of the calls to an emulator fail, or to all (*).",
    params: z.object({ name: z.string() }),
    body: FaultInput,
    maxBytes: MAX_BYTES,
    refusal: "The fault cannot be set like this.",
    answer: FaultSet,
    status: 200,
    example: { params: { name: "goplus" }, body: { fault: "429", rate: 0.5 } },
    async handle({ params: { name }, body, change }) {
      if (faults === null) return noEmulators();
      await auditLog.recordChange(
        change({ at: iso(now()), subject: `fault/${name}`, after: body }),
      );
      const { header_style: headerStyle, retry_after_seconds: retryAfterSeconds, ...rest } = body;
      const answer = await faults.ask("PUT", name, { ...rest, headerStyle, retryAfterSeconds });
      return answer.status === 200 ? (answer.json as z.input<typeof FaultSet>) : refused(answer);
    },
  }),
  route({
    method: "DELETE",
    path: "/faults/:name",
    access: "admin",
    tag: "operations",
    operationId: "clearFault",
    summary: "Local stack alone: an emulator works again, or all do (*).",
    params: z.object({ name: z.string() }),
    status: 204,
    example: { params: { name: "goplus" } },
    async handle({ params: { name }, change }) {
      if (faults === null) return noEmulators();
      await auditLog.recordChange(change({ at: iso(now()), subject: `fault/${name}` }));
      const answer = await faults.ask("DELETE", name);
      return answer.status === 200 ? undefined : refused(answer);
    },
  }),
];
