import type { Clock } from "../../src/kit/time.ts";
import type { Changes } from "./changes.ts";
import type { Faults } from "./faults.ts";
import type { Kernel } from "./kernel.ts";

/**
 * One running instance of the code under test: a consumer's invocation, an object, a cron tick.
 * After its death none of its awaits goes on.
 */
export type Life = {
  /** The first half of a fault's path: posts, event, channel, cron, ... */
  readonly kind: string;
  readonly dead: boolean;
  /** The clock of the machine it runs on. */
  now: Clock;
  die(): void;
  onDeath(act: () => void): void;
};

/** What the fakes share. */
export type Ether = {
  kernel: Kernel;
  faults: Faults;
  /** The contracts of a symbol, the largest market first. */
  contracts: ReadonlyMap<string, readonly string[]>;
  changes: Changes;
};

const SKEW_MS = 5 * 60_000;
/** Of computing between two looks at the clock: mostly little, now and then a lot. */
const computingMs = ({ dice }: Kernel): number =>
  dice.chance(0.01) ? dice.int(500, LONGEST_COMPUTING_MS) : dice.int(1, 30);
export const LONGEST_COMPUTING_MS = 5_000;
/** How long a delayed answer takes. */
export const DELAY_MS = [60_000, 180_000] as const;

export function life(kind: string, { kernel, faults }: Ether): Life {
  const skew = faults.hits("clock-skew") ? kernel.dice.int(-SKEW_MS, SKEW_MS) : 0;
  const mourners: (() => void)[] = [];
  let dead = false;
  return {
    kind,
    get dead() {
      return dead;
    },
    now() {
      if (faults.hits("slow-code")) kernel.spend(computingMs(kernel));
      return kernel.now() + skew;
    },
    die() {
      if (dead) return;
      dead = true;
      for (const act of mourners) act();
    },
    onDeath: (act) => void mourners.push(act),
  };
}

/** What a caller gets when the other side is out, refuses, or answered and the answer was lost. */
export class Refused extends Error {
  override name = "Refused";
}

/**
 * A new promise each time: one shared for all would keep everything alive that ever waited on it.
 */
const never = (): Promise<never> => new Promise(() => undefined);

/** Milliseconds one way: mostly short, now and then long. */
const latency = (kernel: Kernel): number =>
  kernel.dice.next() < 0.02 ? kernel.dice.int(50, 400) : kernel.dice.int(1, 15);

/**
 * A call from one life to a service, where everything goes wrong that goes wrong at an await: on
 * the way there, inside, and on the way back.
 * `callee` is `service.method`.
 */
export async function cross<T>(
  ether: Ether,
  who: Life,
  callee: string,
  effect: () => Promise<T> | T,
): Promise<T> {
  const { kernel, faults } = ether;
  const path = `${who.kind}>${callee}`;
  if (who.dead) return never();
  await kernel.pause(latency(kernel));
  // What had left before the death may arrive all the same.
  if (who.dead) return kernel.dice.chance(0.5) ? settled(effect).then(never) : never();
  const early = faults.strikes(path, "before");
  if (early?.blow === "crash") return dies(ether, who, `${path} ${early.name}`);
  if (early || faults.down(path)) {
    kernel.note(`${path} ${early?.name ?? "down"}`);
    await kernel.pause(latency(kernel));
    return who.dead ? never() : refuse(`${callee}: ${early?.name ?? "down"}`);
  }
  const result = await settled(effect);
  kernel.note(path);
  await kernel.pause(latency(kernel));
  if (who.dead) return never();
  const late = faults.strikes(path, "after");
  if (late?.blow === "crash") return dies(ether, who, `${path} ${late.name}`);
  if (late?.blow === "delay") await kernel.pause(kernel.dice.int(...DELAY_MS));
  else if (late) return refuse(`${callee}: ${late.name}`);
  if (who.dead) return never();
  if (!result.ok) throw result.error;
  return result.value;
}

const refuse = (what: string): never => {
  throw new Refused(what);
};

async function settled<T>(
  effect: () => Promise<T> | T,
): Promise<{ ok: true; value: T } | { ok: false; error: unknown }> {
  try {
    return { ok: true, value: await effect() };
  } catch (error) {
    return { ok: false, error };
  }
}

function dies({ kernel }: Ether, who: Life, where: string): Promise<never> {
  kernel.note(`${where} DIES`);
  who.die();
  return never();
}
