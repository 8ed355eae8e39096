import { DurableObject } from "cloudflare:workers";
import { type ActorRecord, actorRecord, RECORD_FIELDS } from "../../src/events/actor-record.ts";
import { type ActorMemory, eventActor } from "../../src/events/event-actor.ts";
import type { HeldRows } from "../../src/events/held-mentions.ts";
import type { Mention } from "../../src/model/mention.ts";
import { composeEvent } from "../compose/event.ts";
import type { Bindings } from "../env.ts";
import { storageRows } from "./event-rows.ts";
import type { EventRpc } from "./rpc.ts";
import { inSpan, traceIdsOf } from "./spans.ts";

/** One event_key's actor: the platform serialises nothing across an await, the actor does. */
export class EventObject extends DurableObject<Bindings> implements EventRpc {
  readonly #composed = composeEvent(this.env, (work) => this.ctx.waitUntil(work));
  readonly #actor = eventActor(this.#composed.ports, memoryIn(this.ctx.storage));

  async add(mentions: Mention[], mayHold = false): Promise<void> {
    const about = () => ({
      "event.key": mentions[0]?.eventKey,
      "post.trace_ids": traceIdsOf(mentions.map(({ trace }) => trace)),
    });
    await inSpan("event.add", about, () => this.#actor.add(mentions, mayHold));
    this.#composed.flush();
  }

  override async alarm(): Promise<void> {
    await inSpan(
      "event.late_facts",
      () => ({}),
      () => this.#actor.onAlarm(),
    );
    this.#composed.flush();
  }
}

const HELD = "held";

/** Older versions have all of them in one row, whose name is the prefix alone. */
const heldRowsIn = (kv: SyncKvStorage): HeldRows => ({
  *all(after) {
    const from = after === undefined ? {} : { startAfter: HELD + after };
    for (const [name, mentions] of kv.list<Mention[]>({ prefix: HELD, ...from }))
      yield [name.slice(HELD.length), mentions];
  },
  put: (key, mentions) => kv.put(HELD + key, mentions),
  delete: (key) => void kv.delete(HELD + key),
});

const RECORD = "record";
/** Older versions have each value in a row of its own. */
const olderRecordIn = (kv: SyncKvStorage): ActorRecord =>
  Object.fromEntries(
    RECORD_FIELDS.flatMap((name) => {
      const value = kv.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );

function memoryIn(storage: DurableObjectStorage): ActorMemory {
  const { kv } = storage;
  const rows = storageRows(storage);
  const record = actorRecord({
    read: () => kv.get<ActorRecord>(RECORD) ?? olderRecordIn(kv),
    write: (changed) => kv.put(RECORD, changed),
  });
  return Object.assign(record, {
    rows,
    held: heldRowsIn(kv),
    setAlarm: (at: number): Promise<void> => storage.setAlarm(at),
    async clear() {
      rows.clear();
      record.forget();
      // At once: what comes between the two would lose its alarm or its mentions.
      await Promise.all([storage.deleteAlarm(), storage.deleteAll()]);
    },
  });
}
