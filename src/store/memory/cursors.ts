import type { CursorStore } from "../cursors.ts";
import type { MemoryRows } from "./rows.ts";

export function cursorStore(rows: MemoryRows): CursorStore {
  return {
    cursor: async (source) => rows.cursors.get(source),
    async advanceCursor(source, from, to, at) {
      const before = rows.cursors.get(source);
      const stored = before?.cursor ?? null;
      if (stored !== from && stored !== to) return false;
      rows.cursors.set(source, {
        cursor: to,
        polledAt: at,
        movedAt: before !== undefined && stored === to ? before.movedAt : at,
      });
      return true;
    },
  };
}
