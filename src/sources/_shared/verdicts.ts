import type { Verdict } from "../../http/verdict.ts";

const SEVERITY: Record<Verdict["kind"], number> = {
  empty: 0,
  ok: 1,
  partial: 2,
  gone: 3,
  reject: 4,
  retry: 5,
  throttled: 6,
  quota: 7,
  auth: 8,
};

/** The verdict of several calls together: the worse one, so that a success never hides a fault. */
export const worseVerdict = (a: Verdict, b: Verdict): Verdict =>
  SEVERITY[b.kind] > SEVERITY[a.kind] ? b : a;

/** Whether the answer holds something to read. */
export const isUsable = ({ kind }: Verdict): boolean => kind === "ok" || kind === "partial";

export const NOTHING_NEW: Verdict = { kind: "empty", reason: "nothing new" };
