import type { Kernel } from "./kernel.ts";

/** Puts setTimeout, clearTimeout and crypto.randomUUID under the kernel for as long as `work` runs: deadlines of outside calls pass in virtual time. */
export async function underVirtualTimers<T>(kernel: Kernel, work: () => Promise<T>): Promise<T> {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, randomUUID: crypto.randomUUID };
  const waiting = new Map<number, true>();
  const ids = kernel.dice.fork("uuid");
  let last = 0;
  const virtual = {
    setTimeout: (act: () => void, ms = 0): number => {
      const id = ++last;
      waiting.set(id, true);
      kernel.at(kernel.now() + ms, () => {
        if (waiting.delete(id)) act();
      });
      return id;
    },
    clearTimeout: (id: number): void => void waiting.delete(id),
    randomUUID: () => {
      const hex = Array.from({ length: 4 }, () =>
        ids
          .int(0, 2 ** 32)
          .toString(16)
          .padStart(8, "0"),
      ).join("");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
  };
  Object.assign(globalThis, { setTimeout: virtual.setTimeout, clearTimeout: virtual.clearTimeout });
  Object.defineProperty(crypto, "randomUUID", { value: virtual.randomUUID, configurable: true, writable: true });
  try {
    return await work();
  } finally {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
    Object.defineProperty(crypto, "randomUUID", { value: real.randomUUID, configurable: true, writable: true });
  }
}
