import type { HeldRows } from "../../src/events/held-mentions.ts";
import type { Mention } from "../../src/model/mention.ts";

/** Rows of held mentions in memory, with what was written to them, one entry a call. */
export function heldRows() {
  const rows = new Map<string, readonly Mention[]>();
  const written: number[] = [];
  const held: HeldRows = {
    all: (after = "") => [...rows].filter(([key]) => key > after || after === ""),
    put(key, mentions) {
      rows.set(key, mentions);
      written.push(mentions.length);
    },
    delete: (key) => void rows.delete(key),
  };
  return { ...held, written, clear: () => rows.clear(), mentions: () => [...rows.values()].flat() };
}
