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
 * The same for callers of one item each: a caller gets the result at its item's position. `cut`
 * says which items of a run go into one call of `work`; the calls are made one after another. When
 * one fails, each of its items is tried alone, so that one bad item fails by itself. When
 * `failsAll` says that no item caused the error, those that have no result yet get it.
 */
export function coalesceEach<Item, Result>(
  work: (items: Item[]) => Promise<Result[]>,
  failsAll: (error: unknown) => boolean,
  { pause, cut = (items) => [items] }: CoalesceOptions<Item> = {},
): (item: Item) => Promise<Result> {
  const together = coalesce(async (items: Item[]) => {
    const answers = new Map<Item, { result: Result } | { error: unknown }>();
    for (const part of cut(items)) {
      try {
        const results = await work(part);
        for (const [n, item] of part.entries()) answers.set(item, { result: results[n] as Result });
      } catch (error) {
        const isOut = failsAll(error);
        const failed = isOut ? items.filter((item) => !answers.has(item)) : part;
        for (const item of failed) answers.set(item, { error });
        if (isOut) break;
      }
    }
    return answers;
  }, pause);
  return async (item) => {
    const answer = (await together([item])).get(item) ?? { error: new Error("it was left out") };
    if ("result" in answer) return answer.result;
    if (failsAll(answer.error)) throw answer.error;
    return (await work([item]))[0] as Result;
  };
}

type CoalesceOptions<Item> = { pause?: () => Promise<void>; cut?: (items: Item[]) => Item[][] };
