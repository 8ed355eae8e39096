import { DurableObject } from "cloudflare:workers";
import { eventActor } from "../../src/events/event-actor.ts";
import type { Mention } from "../../src/model/mention.ts";
import { composeEvent } from "../compose/event.ts";
import type { Bindings } from "../env.ts";
import type { EventRpc } from "./rpc.ts";

/** One event_key's actor: the platform serialises nothing across an await, the actor does. */
export class EventObject extends DurableObject<Bindings> implements EventRpc {
  readonly #composed = composeEvent(this.env, (work) => this.ctx.waitUntil(work));
  readonly #actor = eventActor(this.#composed.ports, memoryIn(this.ctx.storage));

  async add(mentions: Mention[], traceId?: string): Promise<void> {
    await this.#actor.add(mentions, traceId);
    this.#composed.flush();
  }

  override async alarm(): Promise<void> {
    await this.#actor.reEnrich();
    this.#composed.flush();
  }
}

const memoryIn = (storage: DurableObjectStorage) => ({
  get eventKey(): string | undefined {
    return storage.kv.get<string>("eventKey");
  },
  set eventKey(eventKey: string | undefined) {
    if (eventKey !== undefined) storage.kv.put("eventKey", eventKey);
  },
  get looked(): number {
    return storage.kv.get<number>("looked") ?? 0;
  },
  set looked(times: number) {
    storage.kv.put("looked", times);
  },
  setAlarm: (at: number): Promise<void> => storage.setAlarm(at),
});
