import type { LeftOut } from "../../model/source-status.ts";

export const NOTHING_LEFT_OUT: LeftOut = {};

export function sumLeftOut(...all: readonly LeftOut[]): LeftOut {
  const sum: Record<string, number> = {};
  for (const one of all)
    for (const [reason, count] of Object.entries(one))
      if (count > 0) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}

export const countLeftOut = (leftOut: LeftOut): number =>
  Object.values(leftOut).reduce((sum, count) => sum + count, 0);
