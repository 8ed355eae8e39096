type Entry<T> = { ms: number; order: number; item: T };

/**
 * Items by the time they wait for, earliest first; `timeOf` says undefined when one waits no
 * longer. Every operation is O(log n) an item.
 */
export type TimeHeap<T> = {
  /**
   * Call it whenever the item's time has changed; the entry of the time before is skipped when it
   * comes up.
   */
  add(item: T): void;
  earliest(): string | null;
  /** Items whose time is at or before `until`, which stay where they are. */
  upTo(until: string, limit: number): T[];
};

export function timeHeap<T>(timeOf: (item: T) => string | undefined): TimeHeap<T> {
  const heap: Entry<T>[] = [];
  let order = 0;

  function top(): Entry<T> | undefined {
    for (let entry = heap[0]; entry !== undefined; entry = heap[0]) {
      const time = timeOf(entry.item);
      if (time !== undefined && Date.parse(time) === entry.ms) return entry;
      pop(heap);
    }
    return undefined;
  }

  return {
    add(item) {
      const time = timeOf(item);
      if (time !== undefined) push(heap, { ms: Date.parse(time), order: order++, item });
    },
    earliest() {
      const entry = top();
      return entry === undefined ? null : new Date(entry.ms).toISOString();
    },
    upTo(until, limit) {
      const taken = new Map<T, Entry<T>>();
      for (
        let entry = top();
        entry !== undefined && entry.ms <= Date.parse(until) && taken.size < limit;
        entry = top()
      ) {
        if (!taken.has(entry.item)) taken.set(entry.item, entry);
        pop(heap);
      }
      for (const entry of taken.values()) push(heap, entry);
      return [...taken.keys()];
    },
  };
}

const before = <T>(a: Entry<T> | undefined, b: Entry<T> | undefined): boolean =>
  a !== undefined && (b === undefined || a.ms < b.ms || (a.ms === b.ms && a.order < b.order));

function swap<T>(heap: Entry<T>[], i: number, j: number): void {
  const [a, b] = [heap[i], heap[j]];
  if (a === undefined || b === undefined) return;
  heap[i] = b;
  heap[j] = a;
}

function push<T>(heap: Entry<T>[], entry: Entry<T>): void {
  let at = heap.push(entry) - 1;
  for (
    let parent = (at - 1) >> 1;
    at > 0 && before(heap[at], heap[parent]);
    parent = (at - 1) >> 1
  ) {
    swap(heap, at, parent);
    at = parent;
  }
}

function pop<T>(heap: Entry<T>[]): void {
  swap(heap, 0, heap.length - 1);
  heap.pop();
  for (let at = 0; ; ) {
    const left = 2 * at + 1;
    const child = before(heap[left + 1], heap[left]) ? left + 1 : left;
    if (!before(heap[child], heap[at])) return;
    swap(heap, at, child);
    at = child;
  }
}
