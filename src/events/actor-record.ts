import type { OpinionQuestion } from "../model/opinion-question.ts";

/** The small values of an actor's memory: see ActorMemory. */
export type ActorRecord = {
  eventKey?: string | undefined;
  looked?: number;
  awaitsFacts?: boolean;
  clearAt?: number | undefined;
  trace?: string | undefined;
  question?: OpinionQuestion | undefined;
};

export const RECORD_FIELDS = [
  "eventKey",
  "looked",
  "awaitsFacts",
  "clearAt",
  "trace",
  "question",
] as const satisfies readonly (keyof ActorRecord)[];

export type RecordStorage = { read(): ActorRecord; write(record: ActorRecord): void };

/**
 * The record as properties, read from the storage at the first look. What changes in one go is one
 * write, before anything is awaited: a row for each value would be four with each commit.
 * `forget` drops all of it, and what is not written yet, because the storage is deleted.
 */
export function actorRecord(storage: RecordStorage) {
  let held: ActorRecord | undefined;
  let isWritten = true;
  const record = (): ActorRecord => {
    held ??= storage.read();
    return held;
  };
  function write(): void {
    if (isWritten) return;
    isWritten = true;
    storage.write(record());
  }
  function change<Name extends keyof ActorRecord>(name: Name, value: ActorRecord[Name]): void {
    if (record()[name] === value) return;
    held = { ...record(), [name]: value };
    if (isWritten) queueMicrotask(write);
    isWritten = false;
  }
  return {
    get eventKey(): string | undefined {
      return record().eventKey;
    },
    set eventKey(eventKey: string | undefined) {
      change("eventKey", eventKey);
    },
    get looked(): number {
      return record().looked ?? 0;
    },
    set looked(times: number) {
      change("looked", times);
    },
    get awaitsFacts(): boolean {
      return record().awaitsFacts ?? false;
    },
    set awaitsFacts(awaits: boolean) {
      change("awaitsFacts", awaits);
    },
    get clearAt(): number | undefined {
      return record().clearAt;
    },
    set clearAt(at: number | undefined) {
      change("clearAt", at);
    },
    get trace(): string | undefined {
      return record().trace;
    },
    set trace(trace: string | undefined) {
      change("trace", trace);
    },
    get question(): OpinionQuestion | undefined {
      return record().question;
    },
    set question(question: OpinionQuestion | undefined) {
      change("question", question);
    },
    forget(): void {
      held = {};
      isWritten = true;
    },
  };
}
