/**
 * Drawn mutants that change nothing that anybody could see: not a promise, not what a test may ask
 * for. `in` is the text of the line that holds the place, without spaces at its ends.
 */
export type EquivalentMutant = { file: string; in: string; operator: string; why: string };

export const EQUIVALENT: readonly EquivalentMutant[] = [
  {
    file: "src/events/after-commit.ts",
    in: 'if (change.expectedRev === 0) telemetry.count("events_total", about);',
    operator: "move the boundary",
    why: "It is a figure of the metrics.",
  },
  {
    file: "src/events/event-ledger.ts",
    in: "last !== undefined && page.length === PAGE",
    operator: "drop one side",
    why: "A full page has a last piece, and one without a last piece is not full.",
  },
  {
    file: "src/events/event-ledger.ts",
    in: "if ((tallyOf(stored)?.posts ?? 0) >= postsOf(state)) return known;",
    operator: "drop one side",
    why: "An event has a post at least, and neither 0 nor undefined is as many.",
  },
  {
    file: "src/outbox/digest.ts",
    in: 'const at = missing.kind === "notDue" ? Date.parse(missing.at) : now + YIELD_MS;',
    operator: "swap the arithmetic",
    why: "The row is tried at once and not in a second: its lease still lets one through.",
  },
  {
    file: "src/store/memory/dead-letters.ts",
    in: 'const post = rows.posts.get(deadLetter.subject ?? "");',
    operator: "drop one side",
    why: "Neither null nor an empty text is the key of a post.",
  },
];
