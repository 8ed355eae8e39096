import { describe, expect, it } from "vitest";
import { type CacheOptions, cached } from "./cached.ts";

/** A clock, and loads that are answered by hand. */
function loads(options: Partial<CacheOptions> = {}) {
  let time = 0;
  let begun = 0;
  let waiting: PromiseWithResolvers<number>[] = [];
  const cache = cached(
    () => {
      begun++;
      const load = Promise.withResolvers<number>();
      waiting.push(load);
      return load.promise;
    },
    { ttlMs: 1_000, ...options, now: () => time },
  );
  return {
    cache,
    pass: (ms: number) => {
      time += ms;
    },
    begun: () => begun,
    answer(value: number) {
      for (const load of waiting) load.resolve(value);
      waiting = [];
    },
    fail(reason: string) {
      for (const load of waiting) load.reject(new Error(reason));
      waiting = [];
    },
  };
}

describe("cached", () => {
  it("loads once, and again when the time is up or it was expired", async () => {
    let clock = 0;
    let count = 0;
    const cache = cached(async () => ++count, { ttlMs: 100, now: () => clock });
    expect([await cache.get(), await cache.get()]).toEqual([1, 1]);
    clock = 99;
    expect(await cache.get()).toBe(1);
    clock = 100;
    expect(await cache.get()).toBe(2);
    cache.expire();
    expect(await cache.get()).toBe(3);
  });

  it("does not take for fresh what was loaded before it was expired", async () => {
    const { cache, answer, begun } = loads();
    const before = cache.get();
    cache.expire();
    answer(1);
    expect(await before).toBe(1);
    const after = cache.get();
    answer(2);
    expect(await after).toBe(2);
    expect(begun()).toBe(2);
  });

  it("throws a failure, and loads again at the next call", async () => {
    const { cache, pass, answer, fail } = loads();
    const first = cache.get();
    answer(1);
    await first;
    pass(1_000);
    const failed = cache.get();
    fail("out");
    await expect(failed).rejects.toThrow("out");
    const next = cache.get();
    answer(2);
    expect(await next).toBe(2);
  });

  it("loads anew for a caller who names a later time", async () => {
    const { cache, pass, answer } = loads();
    const first = cache.get();
    answer(1);
    await first;
    pass(10);
    const later = cache.get(10);
    answer(2);
    expect(await later).toBe(2);
    expect(await cache.get(10)).toBe(2);
  });
});

describe("with costFactor", () => {
  it("stays fresh for a multiple of the time that the load took", async () => {
    let now = 0;
    let count = 0;
    const cache = cached(
      async () => {
        now += 30;
        return ++count;
      },
      { costFactor: 10, now: () => now },
    );
    expect(await cache.get()).toBe(1);
    now += 299;
    expect(await cache.get()).toBe(1);
    now += 1;
    expect(await cache.get()).toBe(2);
  });

  it("always loads what costs nothing", async () => {
    let count = 0;
    const cache = cached(async () => ++count, { costFactor: 10, now: () => 0 });
    expect([await cache.get(), await cache.get()]).toEqual([1, 2]);
  });
});

describe("with staleOnError", () => {
  it("fails for a caller who names a later time than the last good value's", async () => {
    const { cache, pass, answer, fail } = loads({ staleOnError: true });
    const first = cache.get();
    answer(1);
    await first;
    pass(1_000);
    const [early, late] = [cache.get(0), cache.get(1)];
    late.catch(() => undefined);
    fail("out");
    expect(await early).toBe(1);
    await expect(late).rejects.toThrow("out");
    expect(await cache.get()).toBe(1);
    const again = cache.get(1);
    answer(2);
    expect(await again).toBe(2);
  });

  it("keeps the last good value through failures, and throws when there is none", async () => {
    const { cache, pass, answer, fail, begun } = loads({ staleOnError: true });
    const first = cache.get();
    fail("down");
    await expect(first).rejects.toThrow("down");
    const good = cache.get();
    answer(1);
    expect(await good).toBe(1);
    pass(1_000);
    const stale = cache.dated();
    fail("down");
    expect(await stale).toEqual({ value: 1, at: 0 });
    pass(999);
    expect(await cache.get()).toBe(1);
    expect(begun()).toBe(3);
  });
});

describe("with shareStale", () => {
  it("loads once a second for many callers, and says when it loaded", async () => {
    const { cache, pass, answer, begun } = loads({ shareStale: true });
    const first = cache.dated();
    answer(1);
    expect(await first).toEqual({ value: 1, at: 0 });
    pass(999);
    expect(await Promise.all([cache.dated(), cache.dated()])).toEqual([
      { value: 1, at: 0 },
      { value: 1, at: 0 },
    ]);
    pass(1);
    const next = cache.dated();
    answer(2);
    expect(await next).toEqual({ value: 2, at: 1_000 });
    expect(begun()).toBe(2);
  });

  it("gives the last value while one caller loads, but not for ever", async () => {
    const { cache, pass, answer, begun } = loads({ shareStale: true });
    const first = cache.get();
    answer(1);
    await first;
    pass(2_000);
    const loading = cache.get();
    expect(await cache.get()).toBe(1);
    expect(begun()).toBe(2);
    pass(5_000);
    const another = cache.dated();
    expect(begun()).toBe(3);
    answer(2);
    expect(await another).toEqual({ value: 2, at: 7_000 });
    await loading;
  });

  it("loads again after a load that failed", async () => {
    const { cache, answer, fail } = loads({ shareStale: true });
    const failed = cache.get();
    fail("out");
    await expect(failed).rejects.toThrow("out");
    const next = cache.get();
    answer(1);
    expect(await next).toBe(1);
  });
});

describe("with shareLoad", () => {
  it("lets callers wait for one load, its failure included", async () => {
    const { cache, answer, fail, begun } = loads({ shareLoad: true });
    const failed = [cache.get(), cache.get()];
    fail("out");
    for (const { status } of await Promise.allSettled(failed)) expect(status).toBe("rejected");
    const both = [cache.get(), cache.get()];
    answer(1);
    expect(await Promise.all(both)).toEqual([1, 1]);
    expect(begun()).toBe(2);
  });

  it("does not join a load that began too early, was expired or hangs", async () => {
    const { cache, pass, answer, begun } = loads({ shareLoad: true });
    const calls = [cache.get()];
    pass(10);
    calls.push(cache.get(10));
    expect(begun()).toBe(2);
    cache.expire();
    calls.push(cache.get());
    expect(begun()).toBe(3);
    pass(5_000);
    calls.push(cache.get());
    expect(begun()).toBe(4);
    answer(1);
    await Promise.all(calls);
  });

  it("looks for what another caller loads, and loads too when nothing comes", async () => {
    const steps: (() => void)[] = [];
    const watchLoad = () => new Promise<void>((step) => void steps.push(step));
    const step = async () => {
      for (const go of steps.splice(0)) go();
      await new Promise((resolve) => setTimeout(resolve));
    };
    const { cache, answer, begun } = loads({ watchLoad });
    const first = cache.get();
    const second = cache.get(0);
    answer(1);
    await first;
    await step();
    expect([await second, begun()]).toEqual([1, 1]);

    cache.expire();
    const lost = cache.get();
    const other = cache.get();
    for (let n = 0; n < 50; n++) await step();
    expect(begun()).toBe(3);
    answer(2);
    expect(await Promise.all([lost, other])).toEqual([2, 2]);
  });
});
