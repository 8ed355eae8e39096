/**
 * One task at a time over whatever has arrived: calls made while one is running wait and are handed
 * over together to the next. Every caller gets the result, or the error, of the run that took his
 * items.
 */
export function coalesce<Item, Result>(
  work: (items: Item[]) => Promise<Result>,
): (items: Item[]) => Promise<Result> {
  let waiting: { items: Item[]; result: Promise<Result> } | undefined;
  let running: Promise<unknown> = Promise.resolve();
  return (items) => {
    if (waiting) {
      waiting.items.push(...items);
      return waiting.result;
    }
    const taken = [...items];
    const result = running.then(() => {
      waiting = undefined;
      return work(taken);
    });
    waiting = { items: taken, result };
    running = result.catch(() => undefined);
    return result;
  };
}

/**
 * The same for callers of one item each, who get what stands in their item's place. When a run
 * fails, each tries by itself, so that one bad item fails alone; not so when `failsAll` says that
 * the error is nobody's own.
 */
export function coalesceEach<Item, Result>(
  work: (items: Item[]) => Promise<Result[]>,
  failsAll: (error: unknown) => boolean,
): (item: Item) => Promise<Result> {
  const together = coalesce(async (items: Item[]) => {
    const results = await work(items);
    return new Map(items.map((item, n) => [item, results[n] as Result]));
  });
  return async (item) => {
    try {
      return (await together([item])).get(item) as Result;
    } catch (error) {
      if (failsAll(error)) throw error;
      return (await work([item]))[0] as Result;
    }
  };
}
