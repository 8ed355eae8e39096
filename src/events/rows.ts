/**
 * The rows in which an event's state is held: groups of keys in ascending order, each with a JSON
 * value that nobody changes in place. Keys are ASCII (see asciiKey), so that every storage sorts
 * them alike.
 */
export type EventRows = {
  get(group: string, key: string): unknown;
  scan(group: string, range: RowRange): Row[];
  /** The same range of each of the groups. */
  scanEach(groups: readonly string[], range: RowRange): Row[][];
  /** All of the changes or none. */
  write(changes: Iterable<RowChange>): void;
};

export type Row = { key: string; value: unknown };
/** The keys between `after` and `before`, both left out, and at most `limit` of them. */
export type RowRange = { after?: string; before?: string; limit: number; descending?: boolean };
/** `value` undefined: the row is deleted. */
export type RowChange = { group: string; key: string; value: unknown };

/** What is read of rows. */
export type RowReader = Omit<EventRows, "write">;

/** Changes on top of other rows, which stay as they are until the changes are written to them. */
export type DraftRows = RowReader & {
  put(group: string, key: string, value: unknown): void;
  delete(group: string, key: string): void;
  changes(): RowChange[];
};

const PAGE = 500;

/** Any text as a key: what is not printable ASCII is escaped, so that no two texts share a key. */
export const asciiKey = (text: string): string =>
  text.replace(/[^\x20-\x5b\x5d-\x7e]/g, (unit) => `\\${unit.charCodeAt(0).toString(16)};`);

/** The text of which asciiKey made a key. */
export const textOfKey = (key: string): string =>
  key.replace(/\\([0-9a-f]+);/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

/** The index of the first key that is not before `key`. */
function indexOf(keys: readonly string[], key: string): number {
  const last = keys.at(-1);
  if (last === undefined || last < key) return keys.length;
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Values by key; the keys are sorted once they are scanned. */
function sortedGroup() {
  const values = new Map<string, unknown>();
  let keys: string[] | undefined;

  return {
    values,
    put(key: string, value: unknown): void {
      if (keys !== undefined && !values.has(key)) keys.splice(indexOf(keys, key), 0, key);
      values.set(key, value);
    },
    remove(key: string): void {
      if (values.delete(key)) keys?.splice(indexOf(keys, key), 1);
    },
    /** Those without a value are left out. */
    scan({ after, before, limit, descending }: RowRange): Row[] {
      keys ??= [...values.keys()].sort();
      let from = after === undefined ? 0 : indexOf(keys, after);
      if (after !== undefined && keys[from] === after) from++;
      const to = before === undefined ? keys.length : indexOf(keys, before);
      const rows: Row[] = [];
      for (let step = 0; step < to - from && rows.length < limit; step++) {
        const key = keys[descending ? to - 1 - step : from + step] as string;
        const value = values.get(key);
        if (value !== undefined) rows.push({ key, value });
      }
      return rows;
    },
  };
}
type SortedGroup = ReturnType<typeof sortedGroup>;

export type SmallEventRows = EventRows & {
  /** Every row, as changes to rows that hold none. */
  all(): RowChange[];
  clear(): void;
};

const changesOf = (groups: Map<string, SortedGroup>): RowChange[] =>
  [...groups].flatMap(([group, { values }]) =>
    [...values].map(([key, value]) => ({ group, key, value })),
  );

/** Rows of a small event, or of a test. */
export function memoryRows(): SmallEventRows {
  const groups = new Map<string, SortedGroup>();
  const scan = (group: string, range: RowRange): Row[] => groups.get(group)?.scan(range) ?? [];

  function put(group: string, key: string, value: unknown): void {
    const held = groups.get(group) ?? sortedGroup();
    groups.set(group, held);
    held.put(key, value);
  }

  function remove(group: string, key: string): void {
    const held = groups.get(group);
    held?.remove(key);
    if (held?.values.size === 0) groups.delete(group);
  }

  return {
    get: (group, key) => groups.get(group)?.values.get(key),
    scan,
    scanEach: (each, range) => each.map((group) => scan(group, range)),
    write(changes) {
      for (const { group, key, value } of changes) {
        if (value === undefined) remove(group, key);
        else put(group, key, value);
      }
    },
    all: () => changesOf(groups),
    clear: () => groups.clear(),
  };
}

/** The first `limit` of two lists, each in the order of the range. */
function mergedRows(a: Row[], b: Row[], { limit, descending }: RowRange): Row[] {
  const merged: Row[] = [];
  let [fromA, fromB] = [0, 0];
  while (merged.length < limit) {
    const [nextA, nextB] = [a[fromA], b[fromB]];
    if (nextA === undefined && nextB === undefined) break;
    const takesA =
      nextB === undefined ||
      (nextA !== undefined && nextA.key < nextB.key !== (descending === true));
    merged.push((takesA ? nextA : nextB) as Row);
    if (takesA) fromA++;
    else fromB++;
  }
  return merged;
}

export function draftRows(base: RowReader): DraftRows {
  const groups = new Map<string, SortedGroup>();

  function put(group: string, key: string, value: unknown): void {
    const changed = groups.get(group) ?? sortedGroup();
    groups.set(group, changed);
    changed.put(key, value);
  }

  /** `page`: the range of the base. */
  function withChanges(group: string, range: RowRange, page: Row[]): Row[] {
    const changed = groups.get(group);
    if (changed === undefined) return page;
    const unchanged = ({ key }: Row) => !changed.values.has(key);
    let held = page.filter(unchanged);
    if (held.length < page.length && page.length === range.limit)
      held = base
        .scan(group, { ...range, limit: range.limit + changed.values.size })
        .filter(unchanged);
    return mergedRows(held, changed.scan(range), range);
  }

  return {
    get(group, key) {
      const changed = groups.get(group)?.values;
      return changed?.has(key) ? changed.get(key) : base.get(group, key);
    },
    scan: (group, range) => withChanges(group, range, base.scan(group, range)),
    scanEach(each, range) {
      const pages = base.scanEach(each, range);
      return each.map((group, at) => withChanges(group, range, pages[at] ?? []));
    },
    put,
    delete: (group, key) => put(group, key, undefined),
    changes: () => changesOf(groups),
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
