import * as z from "zod";
import { checkEgress, type EgressPolicy } from "../channels/_shared/egress.ts";
import { type CallPorts, outsideCall } from "../http/request.ts";

/** A dead man's switch: a service that raises an alarm when it has not been called for a while. */
export type HeartbeatTarget = { url: string; policy: EgressPolicy };

/**
 * `withheld`: something critical fires. `problem` is for operators and never holds the address,
 * whose path is its secret.
 */
export const HeartbeatResult = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["off", "ok", "withheld"]) }),
  z.object({ kind: z.literal("failed"), problem: z.string() }),
]);
export type HeartbeatResult = z.infer<typeof HeartbeatResult>;

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 4_096;

/** Calls it once. Never throws; the next minute calls it again. */
export async function beat(
  target: HeartbeatTarget | null,
  ports: CallPorts,
): Promise<HeartbeatResult> {
  if (target === null) return { kind: "off" };
  const allowed = checkEgress(target.url, target.policy);
  if (allowed.kind === "refused")
    return { kind: "failed", problem: `HEARTBEAT_URL ${allowed.reason}` };
  const { verdict } = await outsideCall(
    {
      provider: "heartbeat",
      url: target.url,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      overflow: "cut",
    },
    ports,
  );
  return verdict.kind === "ok" || verdict.kind === "empty"
    ? { kind: "ok" }
    : { kind: "failed", problem: `HEARTBEAT_URL: ${verdict.reason}` };
}
