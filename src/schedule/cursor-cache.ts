import type { LeftOut } from "../model/source-status.ts";
import { sumLeftOut } from "../sources/_shared/left-out.ts";
import type { CursorStore, SourceCursor } from "../store/cursors.ts";

/** Where the polls of a source stand, and the cursor that the database holds. */
export type CachedCursor = { place: SourceCursor; stored: string | null };

/**
 * What outlives an invocation and is not the database. It may fail, and may forget: then the
 * database is asked.
 */
export type CursorMemory = {
  get(source: string): Promise<CachedCursor | undefined>;
  put(source: string, kept: CachedCursor | undefined): Promise<void>;
};

export type CursorCache = {
  cursor: CursorStore["cursor"];
  /** See CursorPort in src/sources/poll.ts. */
  advanceCursor(
    source: string,
    from: string | null,
    to: string | null,
    at: string,
    brought: boolean,
    leftOut?: LeftOut,
  ): Promise<boolean>;
  /**
   * The database took no posts: it is asked before the next poll, so that a source is not read for
   * nothing while it is out.
   */
  invalidate(source: string): Promise<void>;
};

/**
 * The cursors of the store, with a copy of each beside them: a poll that brings nothing moves only
 * the copy, so that a database in which nothing happens can sleep. Losing the copy loses no post:
 * since the stored cursor none came. A copy that the database contradicts is dropped.
 */
export function cursorCache(store: CursorStore, memory: CursorMemory): CursorCache {
  const recall = (source: string) => memory.get(source).catch(() => undefined);
  const keep = (source: string, kept: CachedCursor | undefined) =>
    memory.put(source, kept).catch(() => undefined);

  return {
    async cursor(source) {
      const kept = await recall(source);
      if (kept) return kept.place;
      const place = await store.cursor(source);
      await keep(source, { place: place ?? NOWHERE, stored: place?.cursor ?? null });
      return place;
    },
    async advanceCursor(source, from, to, at, brought, leftOut = {}) {
      const kept = await recall(source);
      if (kept && kept.place.cursor !== from) return false;
      const place = {
        cursor: to,
        polledAt: at,
        movedAt: to === from ? (kept?.place.movedAt ?? null) : at,
        leftOut: sumLeftOut(kept?.place.leftOut ?? {}, leftOut),
      };
      if (kept && !brought) {
        await keep(source, { ...kept, place });
        return true;
      }
      const moved = await store.advanceCursor(source, kept ? kept.stored : from, to, at);
      await keep(source, moved ? { place, stored: to } : undefined);
      return moved;
    },
    invalidate: (source) => keep(source, undefined),
  };
}

const NOWHERE: SourceCursor = { cursor: null, polledAt: null, movedAt: null };
