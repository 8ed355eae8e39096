/**
 * One task at a time over whatever has arrived: calls made while one is running wait and are handed over together to the next.
 * Every caller gets the result, or the error, of the run that took his items.
 */
export function coalesce<Item, Result>(work: (items: Item[]) => Promise<Result>): (items: Item[]) => Promise<Result> {
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
