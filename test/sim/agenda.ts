/**
 * Something that happens at a virtual time. `tie` orders what falls on the same millisecond:
 * random, so that no order is promised.
 */
export type Entry = { at: number; tie: number; act: () => void };

const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.tie < b.tie);

/** A binary heap: the earliest entry first. */
export function agenda(): { add(entry: Entry): void; take(): Entry | undefined } {
  const heap: Entry[] = [];

  function rise(entry: Entry, from: number): void {
    let at = from;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (!parent || !before(entry, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = entry;
  }

  function sink(entry: Entry): void {
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const child = right && left && before(right, left) ? right : left;
      if (!child || !before(child, entry)) break;
      heap[at] = child;
      at = 2 * at + (child === right ? 2 : 1);
    }
    heap[at] = entry;
  }

  return {
    add: (entry) => rise(entry, heap.length),
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (heap.length > 0 && last) sink(last);
      return first;
    },
  };
}
