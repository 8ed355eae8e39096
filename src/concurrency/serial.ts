/**
 * Runs tasks one after another, in the order they were given, however long each awaits. A Durable
 * Object does not do this by itself: other calls run while one awaits a fetch. A task that throws
 * fails its own caller alone.
 */
export function serial(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task, task);
    last = next.catch(() => undefined);
    return next;
  };
}
