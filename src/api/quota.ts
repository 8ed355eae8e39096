import { snakeCase } from "../kit/case.ts";
import { iso, nextUtcDay } from "../kit/time.ts";
import type { QuotaName } from "../model/tenant.ts";
import type { QuotaReached } from "../store/quotas.ts";
import { problem } from "./problem.ts";

/** The tenant has as many as it may have: 403, until it has fewer. */
export const quotaProblem = ({ quota, limit, used }: QuotaReached): Response =>
  problem(
    403,
    `Your tenant may have ${limit} ${quota}, and has ${used}: remove one, or ask the operators ` +
      "for a higher quota.",
    { quota: { name: snakeCase(quota), limit, used, resetsAt: null } },
  );

/** The tenant used up what it may use in a day: 429 until the next one. */
export function dayQuotaProblem(
  quota: QuotaName,
  what: string,
  { used, limit }: { used: number; limit: number },
  now: number,
): Response {
  const resetsAt = nextUtcDay(now);
  return problem(
    429,
    `Your tenant may send ${limit} ${what} a day, and has sent ${used}; the next day begins at ` +
      `${iso(resetsAt)}.`,
    {
      quota: { name: snakeCase(quota), limit, used, resetsAt: iso(resetsAt) },
      headers: { "Retry-After": String(Math.ceil((resetsAt - now) / 1000)) },
    },
  );
}
