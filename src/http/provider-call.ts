import type { SleepFor } from "../kit/time.ts";
import type { ProviderGuard, ProviderLimits } from "./provider-guard.ts";
import { type CallPorts, type OutsideAnswer, type OutsideRequest, outsideCall } from "./request.ts";

export type GuardedPorts = CallPorts & { guard: ProviderGuard; sleep: SleepFor };

/** How a provider may be called. */
export type CallTerms = {
  provider: string;
  limits: ProviderLimits;
  /** How long a call may wait for the pace, in ms; 10 s by default. */
  patienceMs?: number;
  /**
   * The cost in units of the daily budget. `spent` reads the real cost from the answer; without it
   * the granted amount counts as spent.
   */
  cost?: { want: number; atLeast: number; spent?: (answer: OutsideAnswer) => number };
};

const PATIENCE_MS = 10_000;

const refused = (verdict: OutsideAnswer["verdict"]): OutsideAnswer => ({
  verdict,
  status: null,
  headers: new Headers(),
  text: "",
  json: undefined,
  ms: 0,
});

/**
 * An outside call that keeps the provider's pace, breaker and budget. A call that the guard refuses
 * is answered at once with the verdict that closed it, so callers know one kind of answer.
 * `request` gets the amount of the budget that was granted.
 */
export async function guardedCall(
  terms: CallTerms,
  request: (granted: number) => Omit<OutsideRequest, "provider">,
  ports: GuardedPorts,
): Promise<OutsideAnswer> {
  const { provider, limits, cost } = terms;
  const admission = await ports.guard.acquire({
    provider,
    limits,
    patienceMs: terms.patienceMs ?? PATIENCE_MS,
    ...(cost !== undefined && { cost: { want: cost.want, atLeast: cost.atLeast } }),
  });
  if (admission.kind === "no")
    return refused({ kind: admission.cause, reason: admission.reason, delayMs: admission.delayMs });
  if (admission.waitMs > 0) await ports.sleep(admission.waitMs);
  const answer = await outsideCall({ provider, ...request(admission.cost) }, ports);
  const spent = cost?.spent?.(answer) ?? admission.cost;
  await ports.guard.release({
    provider,
    limits,
    permit: admission.permit,
    verdict: answer.verdict,
    spent,
  });
  return answer;
}
