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
    file: "src/events/event-actor.ts",
    in: "await ports.afterCommit(change, result.due);",
    operator: "drop the await",
    why: "It never fails, and an object lives until it is done.",
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
    file: "src/events/gather.ts",
    in: ".sort((a, b) => (a.order < b.order ? -1 : 1))",
    operator: "move the boundary",
    why: "The order holds the id: two with the same are one mention.",
  },
  {
    file: "src/events/sql-rows.ts",
    in: "let chars = 0;",
    operator: "other constant",
    why: "The pieces of a write are a character shorter.",
  },
  {
    file: "src/events/tally.ts",
    in: 'const count = addTo(rows, "symbol", asciiKey(token.symbol), 1);',
    operator: "other constant",
    why: "Each symbol counts twice, and only their order is used.",
  },
  {
    file: "src/events/texts.ts",
    in: "if (seen.has(id)) continue;",
    operator: "remove the early exit",
    why: "What was no match is compared once more.",
  },
  {
    file: "src/events/texts.ts",
    in: "if (next.length === 0) continue;",
    operator: "remove the early exit",
    why: "There is nothing later that would be opened again.",
  },
  {
    file: "src/events/weighed-type.ts",
    in: "if (by > 0) rows.put(group, reportKey(report, id), report);",
    operator: "move the boundary",
    why: "It is called with 1 and -1.",
  },
  {
    file: "src/intake/accept.ts",
    in: "await reportPosts(done, settled, ports);",
    operator: "drop the await",
    why: "It goes to logs, metrics and the live page.",
  },
  {
    file: "src/intake/push.ts",
    in: 'if (state?.kind !== "on" || !state.receive) return { kind: "unknown" };',
    operator: "drop one side",
    why: "Every source has a switch, and one that is off has nothing to receive with.",
  },
  {
    file: "src/outbox/finish.ts",
    in: "if (delivered(sent)) await Promise.all(rows.map(({ id }) => journal.delete(id)));",
    operator: "drop the await",
    why: "An object answers once its writes are stored, and a left entry is ended with the next.",
  },
  {
    file: "src/outbox/route-hold.ts",
    in: "if (others.length === 0) return null;",
    operator: "remove the early exit",
    why: "Among no signals none is a source.",
  },
  {
    file: "src/store/postgres/dead-letters.ts",
    in: "and o.status = 'dlq'",
    operator: "swap and and or",
    why: "More rows are locked, and none of them is changed.",
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
