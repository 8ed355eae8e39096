import type { Change, CommitResult } from "../../events.ts";
import { historyRow } from "../../history.ts";
import { jsonParam, type Sql } from "../sql.ts";
import { COMMIT } from "./commit-sql.ts";

/** Evidence and outbox rows that one statement takes, whatever one change alone brings. */
const ROWS_A_STATEMENT = 400;
const CHANGES_A_STATEMENT = 50;

const sizeOf = ({ evidence, outbox }: Change): number => evidence.length + outbox.length;

/** Cuts changes into statements, each with one change of an event at most, in their order. */
export function statementsOf(changes: Change[]): Change[][] {
  const statements: { changes: Change[]; keys: Set<string>; size: number }[] = [];
  for (const change of changes) {
    const { eventKey } = change.event;
    const last = statements.at(-1);
    const size = sizeOf(change);
    const fits =
      last !== undefined &&
      !last.keys.has(eventKey) &&
      last.changes.length < CHANGES_A_STATEMENT &&
      last.size + size <= ROWS_A_STATEMENT;
    if (!fits) statements.push({ changes: [change], keys: new Set([eventKey]), size });
    else {
      last.changes.push(change);
      last.keys.add(eventKey);
      last.size += size;
    }
  }
  return statements.map((each) => each.changes);
}

type CommittedRow = {
  event_key: string;
  rev: number | null;
  due: { id: number; channelId: number }[];
};

const downgrades = ({ outbox }: Change): boolean =>
  outbox.some(({ payload }) => payload.state === "downgraded" && !payload.stream);

/** In one statement, each change as if it were alone; the answers are in their order. */
export async function commitTogether(sql: Sql, changes: Change[]): Promise<CommitResult[]> {
  const rows = changes.map((change) => {
    const { expectedRev, event, evidence, signal, outbox, at, timings } = change;
    const history = historyRow(change);
    const key = event.eventKey;
    return {
      ...{ event_key: key, expected_rev: expectedRev, at, event, timings },
      ...{ signal, evidence, outbox, history },
    };
  });
  const statements = COMMIT[changes.some(downgrades) ? "downgrade" : "plain"];
  const statement = statements[rows.some(({ history }) => history !== null) ? "changed" : "kept"];
  const answers = await sql.query<CommittedRow>(statement, [jsonParam(rows)]);
  const byKey = new Map(answers.map((answer) => [answer.event_key, answer]));
  return changes.map(({ event }): CommitResult => {
    const { rev = null, due = [] } = byKey.get(event.eventKey) ?? {};
    return rev === null ? { kind: "stale" } : { kind: "committed", rev, due };
  });
}
