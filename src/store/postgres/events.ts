import type { EventState, EventStore } from "../index.ts";
import { EVENT, EVIDENCE, SIGNAL } from "./columns.ts";
import { COMMIT } from "./commit.ts";
import { firstRow, jsonParam, type Sql } from "./sql.ts";

const LOAD = `
select e.rev, ${EVENT} as event, ${SIGNAL} as signal, ${EVIDENCE} as evidence
from events e join signals s using (event_key) where e.event_key = $1`;

export function eventStore(sql: Sql): EventStore {
  return {
    load: async (eventKey) => (await sql.query<EventState>(LOAD, [eventKey]))[0],
    async commit({ expectedRev, event, evidence, signal, outbox, at }) {
      const params = [
        event.eventKey,
        expectedRev,
        at,
        jsonParam(event),
        jsonParam(signal),
        jsonParam(evidence),
        jsonParam(outbox),
      ];
      const { rev, due } = await firstRow(
        sql.query<{ rev: number | null; due: { id: number; channelId: number }[] }>(COMMIT, params),
      );
      return rev === null ? { kind: "stale" } : { kind: "committed", rev, due };
    },
  };
}
