import { DurableObject } from "cloudflare:workers";
import { type ActorMemory, eventActor } from "../../src/events/event-actor.ts";
import type { HeldRows } from "../../src/events/held-mentions.ts";
import type { Mention } from "../../src/model/mention.ts";
import type { OpinionQuestion } from "../../src/model/opinion-question.ts";
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

function memoryIn(storage: DurableObjectStorage): ActorMemory {
  const { kv } = storage;
  const rows = storageRows(storage);
  return {
    rows,
    get eventKey(): string | undefined {
      return kv.get<string>("eventKey");
    },
    set eventKey(eventKey: string | undefined) {
      if (eventKey !== undefined) kv.put("eventKey", eventKey);
    },
    held: heldRowsIn(kv),
    get looked(): number {
      return kv.get<number>("looked") ?? 0;
    },
    set looked(times: number) {
      kv.put("looked", times);
    },
    get awaitsFacts(): boolean {
      return kv.get<boolean>("awaitsFacts") ?? false;
    },
    set awaitsFacts(awaits: boolean) {
      if (awaits !== (kv.get<boolean>("awaitsFacts") ?? false)) kv.put("awaitsFacts", awaits);
    },
    get clearAt(): number | undefined {
      return kv.get<number>("clearAt");
    },
    set clearAt(at: number | undefined) {
      if (at !== undefined) kv.put("clearAt", at);
    },
    get trace(): string | undefined {
      return kv.get<string>("trace");
    },
    set trace(trace: string | undefined) {
      if (trace !== undefined) kv.put("trace", trace);
    },
    get question(): OpinionQuestion | undefined {
      return kv.get<OpinionQuestion>("question");
    },
    set question(question: OpinionQuestion | undefined) {
      if (question !== undefined) kv.put("question", question);
      else if (kv.get("question") !== undefined) kv.delete("question");
    },
    setAlarm: (at: number): Promise<void> => storage.setAlarm(at),
    async clear() {
      rows.clear();
      // At once: what comes between the two would lose its alarm or its mentions.
      await Promise.all([storage.deleteAlarm(), storage.deleteAll()]);
    },
  };
}
