import { createHmac } from "node:crypto";
import type { Kernel } from "./kernel.ts";

/**
 * HMAC-SHA-256 without a thread of its own, whose answer would come at a moment that no seed
 * chooses.
 */
const hmac = {
  importKey: async (_format: string, key: Uint8Array) => key,
  sign: async (_algorithm: string, key: Uint8Array, data: Uint8Array) =>
    new Uint8Array(createHmac("sha256", key).update(data).digest()).buffer,
};

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, "0");

/**
 * Puts timers, crypto.randomUUID and HMAC under the kernel for as long as `work` runs: deadlines of
 * outside calls pass in virtual time.
 */
export async function underVirtualTimers<T>(kernel: Kernel, work: () => Promise<T>): Promise<T> {
  const subtle = { importKey: crypto.subtle.importKey, sign: crypto.subtle.sign };
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    randomUUID: crypto.randomUUID,
  };
  const waiting = new Map<number, true>();
  const ids = kernel.dice.fork("uuid");
  let last = 0;
  let made = 0;
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
    randomUUID: () => `${hex(ids.int(0, 2 ** 32), 8)}-0000-4000-8000-${hex(++made, 12)}`,
  };
  Object.assign(globalThis, { setTimeout: virtual.setTimeout, clearTimeout: virtual.clearTimeout });
  replace(crypto, { randomUUID: virtual.randomUUID });
  replace(crypto.subtle, hmac);
  try {
    return await work();
  } finally {
    replace(crypto.subtle, subtle);
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
    replace(crypto, { randomUUID: real.randomUUID });
  }
}

function replace(target: object, methods: object): void {
  for (const [name, value] of Object.entries(methods))
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
}
