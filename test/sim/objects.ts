import { cross, type Ether, type Life, life } from "./life.ts";

/**
 * What an object keeps when it is evicted. Writes are there at once: output gates hold back every
 * call until they are.
 */
export type Storage = {
  kv: Map<string, unknown>;
  alarmAt: number | undefined;
  setAlarm(at: number): Promise<void>;
  deleteAlarm(): void;
};

export type Namespace<T> = {
  /** A call from another life to the object of that name. Throws when the object dies under it. */
  call<R>(who: Life, name: string, method: string, run: (instance: T) => Promise<R>): Promise<R>;
  /** How many objects have an alarm set. */
  armed(): number;
};

type Cell<T> = {
  storage: Storage;
  living: { who: Life; instance: T } | undefined;
  generation: number;
};

const ALARM_RETRIES = 6;
const FIRST_RETRY_MS = 2_000;

/**
 * Durable Objects of one class: one instance a name at a time, made anew from its storage after
 * each death; alarms fire at least once.
 */
export function namespace<T extends object>(
  kind: string,
  make: (who: Life, storage: Storage, name: string) => T,
  ether: Ether,
): Namespace<T> {
  const { kernel, faults } = ether;
  const cells = new Map<string, Cell<T>>();

  function cellOf(name: string): Cell<T> {
    const known = cells.get(name);
    if (known) return known;
    const storage: Storage = {
      kv: new Map(),
      alarmAt: undefined,
      async setAlarm(at) {
        arm(name, at, 0);
      },
      deleteAlarm() {
        storage.alarmAt = undefined;
        cell.generation++;
      },
    };
    const cell: Cell<T> = { storage, living: undefined, generation: 0 };
    cells.set(name, cell);
    return cell;
  }

  function living(name: string): { who: Life; instance: T } {
    const cell = cellOf(name);
    if (cell.living && !cell.living.who.dead && !faults.hits("object-doubled")) return cell.living;
    const who = life(kind, ether);
    cell.living = { who, instance: make(who, cell.storage, name) };
    return cell.living;
  }

  /** Runs inside the object; rejects when the object dies before it answers. */
  function inside<R>(name: string, run: (instance: T) => Promise<R>): Promise<R> {
    const { who, instance } = living(name);
    return new Promise((resolve, reject) => {
      who.onDeath(() =>
        kernel.at(kernel.now() + kernel.dice.int(1, 50), () =>
          reject(new Error(`${kind} object was reset`)),
        ),
      );
      run(instance).then(resolve, reject);
    });
  }

  /** A newer alarm takes the place of an older one, and of its retries. */
  function arm(name: string, at: number, failures: number): void {
    const cell = cellOf(name);
    cell.storage.alarmAt = at;
    const generation = ++cell.generation;
    kernel.at(at, () => {
      if (cell.generation === generation) kernel.spawn(fire(name, failures));
    });
  }

  const alarmed = async (instance: T): Promise<void> => {
    if ("alarm" in instance && typeof instance.alarm === "function") await instance.alarm();
  };

  async function fire(name: string, failures: number): Promise<void> {
    const cell = cellOf(name);
    const { generation } = cell;
    cell.storage.alarmAt = undefined;
    kernel.note(`${kind} ${name} alarm`);
    const failed = faults.hits("alarm-silent")
      ? "silent"
      : await inside(name, alarmed).then(
          () => "no" as const,
          () => "yes" as const,
        );
    const replaced = cell.generation !== generation;
    if (failed === "yes" && failures < ALARM_RETRIES && !replaced) {
      arm(name, kernel.now() + FIRST_RETRY_MS * 2 ** failures, failures + 1);
    } else if (failed === "no" && faults.hits("alarm-twice")) {
      kernel.at(kernel.now() + kernel.dice.int(0, 5_000), () => kernel.spawn(again(name)));
    }
  }

  const again = (name: string): Promise<void> => inside(name, alarmed).catch(() => undefined);

  return {
    armed: () => [...cells.values()].filter(({ storage }) => storage.alarmAt !== undefined).length,
    call: (who, name, method, run) =>
      cross(ether, who, `${kind}.${method}`, () => inside(name, run)),
  };
}
