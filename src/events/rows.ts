/**
 * The rows in which an event's state is held: groups of keys in ascending order, each with a JSON
 * value that nobody changes in place. Keys are ASCII (see asciiKey), so that every storage sorts
 * them alike.
 */
export type EventRows = {
  get(group: string, key: string): unknown;
  scan(group: string, range: RowRange): Row[];
  /** All of the changes or none. */
  write(changes: Iterable<RowChange>): void;
};

export type Row = { key: string; value: unknown };
/** The keys between `after` and `before`, both left out, and at most `limit` of them. */
export type RowRange = { after?: string; before?: string; limit: number; descending?: boolean };
/** `value` undefined: the row is deleted. */
export type RowChange = { group: string; key: string; value: unknown };

/** Changes on top of other rows, which stay as they are until the changes are written to them. */
export type DraftRows = Omit<EventRows, "write"> & {
  put(group: string, key: string, value: unknown): void;
  delete(group: string, key: string): void;
  changes(): RowChange[];
};

const PAGE = 500;

/** Any text as a key: what is not printable ASCII is escaped, so that no two texts share a key. */
export const asciiKey = (text: string): string =>
  text.replace(/[^\x20-\x5b\x5d-\x7e]/g, (unit) => `\\${unit.charCodeAt(0).toString(16)};`);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The index of the first key that is not before `key`. */
function indexOf(keys: readonly string[], key: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

export type SmallEventRows = EventRows & {
  /** Every row, as changes to rows that hold none. */
  all(): RowChange[];
  clear(): void;
};

/** Rows of a small event, or of a test. */
export function memoryRows(): SmallEventRows {
  const groups = new Map<string, { values: Map<string, unknown>; keys: string[] }>();

  function put(group: string, key: string, value: unknown): void {
    const held = groups.get(group) ?? { values: new Map<string, unknown>(), keys: [] as string[] };
    groups.set(group, held);
    if (!held.values.has(key)) {
      const last = held.keys.at(-1);
      if (last === undefined || last < key) held.keys.push(key);
      else held.keys.splice(indexOf(held.keys, key), 0, key);
    }
    held.values.set(key, value);
  }

  function remove(group: string, key: string): void {
    const held = groups.get(group);
    if (!held?.values.delete(key)) return;
    held.keys.splice(indexOf(held.keys, key), 1);
    if (held.keys.length === 0) groups.delete(group);
  }

  return {
    get: (group, key) => groups.get(group)?.values.get(key),
    scan(group, { after, before, limit, descending }) {
      const held = groups.get(group);
      if (held === undefined) return [];
      const { keys, values } = held;
      let from = after === undefined ? 0 : indexOf(keys, after);
      if (after !== undefined && keys[from] === after) from++;
      const to = before === undefined ? keys.length : indexOf(keys, before);
      const found = descending
        ? keys.slice(Math.max(from, to - limit), to).reverse()
        : keys.slice(from, Math.min(to, from + limit));
      return found.map((key) => ({ key, value: values.get(key) }));
    },
    write(changes) {
      for (const { group, key, value } of changes) {
        if (value === undefined) remove(group, key);
        else put(group, key, value);
      }
    },
    all: () =>
      [...groups].flatMap(([group, { values }]) =>
        [...values].map(([key, value]) => ({ group, key, value })),
      ),
    clear: () => groups.clear(),
  };
}

export function draftRows(base: Pick<EventRows, "get" | "scan">): DraftRows {
  const groups = new Map<string, Map<string, unknown>>();

  function put(group: string, key: string, value: unknown): void {
    const changed = groups.get(group) ?? new Map<string, unknown>();
    groups.set(group, changed.set(key, value));
  }

  return {
    get(group, key) {
      const changed = groups.get(group);
      return changed?.has(key) ? changed.get(key) : base.get(group, key);
    },
    scan(group, range) {
      const changed = groups.get(group);
      if (changed === undefined) return base.scan(group, range);
      const { after, before, limit, descending } = range;
      const held = base
        .scan(group, { ...range, limit: limit + changed.size })
        .filter(({ key }) => !changed.has(key));
      for (const [key, value] of changed) {
        const within =
          (after === undefined || key > after) && (before === undefined || key < before);
        if (within && value !== undefined) held.push({ key, value });
      }
      held.sort((a, b) => (descending ? compare(b.key, a.key) : compare(a.key, b.key)));
      return held.slice(0, limit);
    },
    put,
    delete: (group, key) => put(group, key, undefined),
    changes: () =>
      [...groups].flatMap(([group, changed]) =>
        [...changed].map(([key, value]) => ({ group, key, value })),
      ),
  };
}

/** All rows of a group in ascending order, read page by page. */
export function* allRows(
  rows: Pick<EventRows, "scan">,
  group: string,
  after?: string,
): Generator<Row> {
  let from = after;
  while (true) {
    const page = rows.scan(group, { limit: PAGE, ...(from !== undefined && { after: from }) });
    yield* page;
    if (page.length < PAGE) return;
    from = page.at(-1)?.key;
  }
}

/** Adds to a counter and answers its new value; a counter at 0 has no row. */
export function addTo(rows: DraftRows, group: string, key: string, by: number): number {
  const count = ((rows.get(group, key) as number | undefined) ?? 0) + by;
  if (count === 0) rows.delete(group, key);
  else rows.put(group, key, count);
  return count;
}
