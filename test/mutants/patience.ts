import { availableParallelism, loadavg } from "node:os";

/**
 * How long to wait for what takes `ms` on a quiet machine. On a busy one, what runs slowly would
 * seem to run for ever, and a mistake that nothing notices would count as noticed.
 */
export function patience(ms: number): number {
  const [busy = 0] = loadavg();
  return Math.round(ms * Math.max(1, busy / availableParallelism()));
}
