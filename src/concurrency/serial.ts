/**
 * Runs tasks one after another, in the order of the calls. A Durable Object does not do this by
 * itself: other calls run while one awaits a fetch. A task that throws fails its own caller only.
 */
export function serial(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task, task);
    last = next.catch(() => undefined);
    return next;
  };
}
