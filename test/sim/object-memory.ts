import type { ActorMemory } from "../../src/events/event-actor.ts";
import { memoryRows } from "../../src/events/rows.ts";
import type { SentMessage } from "../../src/model/delivery.ts";
import type { SweeperMemory } from "../../src/schedule/sweeper.ts";
import { heldRows } from "../support/held-rows.ts";
import type { Storage } from "./objects.ts";

/* What each kind of object keeps in its storage. */

export const sweeperMemoryIn = (storage: Storage): SweeperMemory => ({
  getAlarm: async () => storage.alarmAt ?? null,
  setAlarm: storage.setAlarm,
  sentAt: new Map(),
  get postsUntil() {
    return storage.kv.get("postsUntil") as number | undefined;
  },
  set postsUntil(at) {
    storage.kv.set("postsUntil", at);
  },
});

export const linesIn = ({ kv }: Storage) => ({
  get: (key: string) => kv.get(`line:${key}`) as number | undefined,
  put: (key: string, at: number) => void kv.set(`line:${key}`, at),
});

export const journalIn = ({ kv }: Storage) => ({
  get: async (id: number) => kv.get(`sent:${id}`) as SentMessage | undefined,
  put: async (id: number, sent: SentMessage) => void kv.set(`sent:${id}`, sent),
  delete: async (id: number) => void kv.delete(`sent:${id}`),
  ids: async () =>
    [...kv.keys()].filter((key) => key.startsWith("sent:")).map((key) => Number(key.slice(5))),
});

/** Events of more posts than this are in the object's storage: many are. */
const SMALL_EVENT = 4;

/**
 * Every instance of an object has the same. A history is over long before a window is cleared:
 * that alarm is left out.
 */
export function actorMemoryIn(storage: Storage): ActorMemory {
  const known = storage.kv.get("memory") as ActorMemory | undefined;
  if (known !== undefined) return known;
  const held = heldRows();
  const memory: ActorMemory = {
    eventKey: undefined,
    looked: 0,
    awaitsFacts: false,
    held,
    clearAt: undefined,
    rows: memoryRows(),
    smallEvent: SMALL_EVENT,
    setAlarm: async (at) => {
      if (at !== memory.clearAt) await storage.setAlarm(at);
    },
    async clear() {
      storage.deleteAlarm();
      memory.rows.clear();
      held.clear();
      Object.assign(memory, {
        ...{ eventKey: undefined, looked: 0, awaitsFacts: false, clearAt: undefined },
        ...{ trace: undefined, question: undefined },
      });
    },
  };
  storage.kv.set("memory", memory);
  return memory;
}
