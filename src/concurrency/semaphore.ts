/** Lets at most `limit` tasks run at a time; the others wait in the order in which they came. */
export function limitConcurrency(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running < limit) running += 1;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      // The place passes straight to the next in line, so that a newcomer cannot take it in
      // between.
      if (next) next();
      else running -= 1;
    }
  };
}
