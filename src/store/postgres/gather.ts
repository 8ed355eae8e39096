import { coalesceEach } from "../../concurrency/coalesce.ts";
import { StoreUnavailable } from "../index.ts";
import { firstRow } from "./sql.ts";

/**
 * How single calls become statements over several rows: each by itself, or together with others.
 * `cut` says which of them one statement takes; all, when it is left out.
 */
export type Gather = <Item, Result>(
  work: (items: Item[]) => Promise<Result[]>,
  cut?: (items: Item[]) => Item[][],
) => (item: Item) => Promise<Result>;

export const byItself: Gather = (work) => async (item) => firstRow(work([item]));

/**
 * A row that the database refuses must not hold up those beside it; a database that is out refuses
 * all of them.
 */
export const together =
  (pause?: () => Promise<void>): Gather =>
  (work, cut) =>
    coalesceEach(work, (error) => error instanceof StoreUnavailable, {
      ...(pause && { pause }),
      ...(cut && { cut }),
    });
