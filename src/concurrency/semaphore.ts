/** Runs at most `limit` tasks at a time; the others wait in the order of the calls. */
export function limitConcurrency(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running < limit) running += 1;
    else await new Promise<void>((start) => waiting.push(start));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      // The slot goes straight to the first waiting task, so that a new call cannot take it first.
      if (next) next();
      else running -= 1;
    }
  };
}
