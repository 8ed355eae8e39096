/**
 * Runs `work` one call at a time. Items that arrive while it runs, or during the `pause` before it,
 * are collected and passed together to the next run. Every caller gets the result, or the error, of
 * the run that took its items.
 */
export const coalesce = <Item, Result>(
  work: (items: Item[]) => Promise<Result>,
  pause?: () => Promise<void>,
): ((items: Item[]) => Promise<Result>) =>
  coalesceOpen((items, close) => {
    close();
    return work(items);
  }, pause);

/**
 * The same for work that takes more items while it prepares: what arrives is added to `items` until
 * it calls `close`.
 */
export function coalesceOpen<Item, Result>(
  work: (items: Item[], close: () => void) => Promise<Result>,
  pause?: () => Promise<void>,
): (items: Item[]) => Promise<Result> {
  type Run = { items: Item[]; result: Promise<Result> };
  let waiting: Run | undefined;
  let running: Promise<unknown> = Promise.resolve();
  return (items) => {
    if (waiting) {
      waiting.items.push(...items);
      return waiting.result;
    }
    const taken = [...items];
    const close = () => {
      if (waiting?.items === taken) waiting = undefined;
    };
    const result = (pause === undefined ? running : running.then(pause))
      .then(() => work(taken, close))
      .finally(close);
    waiting = { items: taken, result };
    running = result.catch(() => undefined);
    return result;
  };
}

/**
 * The same for callers of one item each: a caller gets the result at its item's position. `cut`
 * says which items of a run go into one call of `work`, in their order; the calls are made one
 * after another, and each answers its callers when it ends. When one fails, each of its items is
 * tried alone, so that one bad item fails by itself. When `failsAll` says that no item caused the
 * error, those that have no result yet get it.
 */
export function coalesceEach<Item, Result>(
  work: (items: Item[]) => Promise<Result[]>,
  failsAll: (error: unknown) => boolean,
  { pause, cut = (items) => [items] }: CoalesceOptions<Item> = {},
): (item: Item) => Promise<Result> {
  const run = coalesce(async (callers: Caller<Item, Result>[]) => {
    let at = 0;
    for (const part of cut(callers.map(({ item }) => item))) {
      const waiting = callers.slice(at, at + part.length);
      try {
        const results = await work(part);
        for (const [n, { resolve }] of waiting.entries()) resolve(results[n] as Result);
      } catch (error) {
        if (failsAll(error)) throw error;
        for (const { reject } of waiting) reject(error);
      }
      at += part.length;
    }
  }, pause);
  return async (item) => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    run([{ item, resolve, reject }]).catch(reject);
    try {
      return await promise;
    } catch (error) {
      if (failsAll(error)) throw error;
      return (await work([item]))[0] as Result;
    }
  };
}

type CoalesceOptions<Item> = { pause?: () => Promise<void>; cut?: (items: Item[]) => Item[][] };

type Caller<Item, Result> = {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
};
