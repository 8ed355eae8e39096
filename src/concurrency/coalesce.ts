/**
 * Runs `work` one call at a time. Items that arrive while it runs, or during the `pause` before it,
 * are collected and passed together to the next run. Every caller gets the result, or the error, of
 * the run that took its items.
 */
export function coalesce<Item, Result>(
  work: (items: Item[]) => Promise<Result>,
  pause?: () => Promise<void>,
): (items: Item[]) => Promise<Result> {
  let waiting: { items: Item[]; result: Promise<Result> } | undefined;
  let running: Promise<unknown> = Promise.resolve();
  return (items) => {
    if (waiting) {
      waiting.items.push(...items);
      return waiting.result;
    }
    const taken = [...items];
    const result = (pause === undefined ? running : running.then(pause)).then(() => {
      waiting = undefined;
      return work(taken);
    });
    waiting = { items: taken, result };
    running = result.catch(() => undefined);
    return result;
  };
}

/**
 * The same for callers of one item each: a caller gets the result at its item's position. When a
 * run fails, each item is tried alone, so that one bad item fails by itself. When `failsAll` says
 * that no item caused the error, every caller gets it.
 */
export function coalesceEach<Item, Result>(
  work: (items: Item[]) => Promise<Result[]>,
  failsAll: (error: unknown) => boolean,
  pause?: () => Promise<void>,
): (item: Item) => Promise<Result> {
  const together = coalesce(async (items: Item[]) => {
    const results = await work(items);
    return new Map(items.map((item, n) => [item, results[n] as Result]));
  }, pause);
  return async (item) => {
    try {
      return (await together([item])).get(item) as Result;
    } catch (error) {
      if (failsAll(error)) throw error;
      return (await work([item]))[0] as Result;
    }
  };
}
