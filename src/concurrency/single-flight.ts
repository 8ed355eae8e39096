/** Joins simultaneous calls for the same key: one task runs, and all callers get its answer. */
export function singleFlight(): <T>(key: string, task: () => Promise<T>) => Promise<T> {
  const flights = new Map<string, Promise<unknown>>();
  return <T>(key: string, task: () => Promise<T>): Promise<T> => {
    const running = flights.get(key) as Promise<T> | undefined;
    if (running !== undefined) return running;
    const flight = task().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}
