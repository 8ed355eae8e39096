import { localGuard } from "../../src/http/local-guard.ts";
import type {
  CallOutcome,
  GuardAdmission,
  GuardRequest,
  ProviderGuard,
} from "../../src/http/provider-guard.ts";
import type { Clock } from "../../src/kit/time.ts";

/** How long an isolate believes a refusal without asking again. */
const BELIEVE_MS = 5_000;

/**
 * What the isolates share of themselves: believed refusals, and the guards used while an object
 * cannot be reached.
 */
export type GuardMemory = {
  refusals: Map<string, { admission: GuardAdmission; until: number }>;
  local: ProviderGuard;
};
export const guardMemory = (now: Clock): GuardMemory => ({
  refusals: new Map(),
  local: localGuard(now),
});

/** The object of a provider, as it is called from an isolate. Throws when it is out of reach. */
export type ProviderStub = {
  acquire(request: GuardRequest): Promise<GuardAdmission>;
  release(outcome: CallOutcome): Promise<void>;
};

/**
 * The shared guard as an isolate sees it. While the object of a provider is out of reach the
 * isolate keeps pace and breaker on its own.
 */
export function sharedGuard(
  object: (provider: string) => ProviderStub,
  memory: GuardMemory,
  now: Clock,
): ProviderGuard {
  return {
    async acquire(request) {
      const believed = memory.refusals.get(request.provider);
      if (believed !== undefined && now() < believed.until) return believed.admission;
      try {
        const admission = await object(request.provider).acquire(request);
        const lasts =
          admission.kind === "no" &&
          admission.delayMs > BELIEVE_MS &&
          admission.reason.startsWith("breaker");
        if (lasts) memory.refusals.set(request.provider, { admission, until: now() + BELIEVE_MS });
        return admission;
      } catch {
        return memory.local.acquire(request);
      }
    },
    async release(outcome) {
      try {
        await object(outcome.provider).release(outcome);
      } catch {
        await memory.local.release(outcome);
      }
    },
  };
}
