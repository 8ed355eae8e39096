import type { LeftOut } from "../model/source-status.ts";

/** `movedAt`: when the cursor last changed. */
export type SourceCursor = {
  cursor: string | null;
  polledAt: string | null;
  movedAt: string | null;
  /** What its polls left out; kept beside the database alone. */
  leftOut?: LeftOut;
};

export type CursorStore = {
  cursor(source: string): Promise<SourceCursor | undefined>;
  /**
   * Moves only when the stored cursor is still `from`: an overlapping tick does not move it back.
   */
  advanceCursor(
    source: string,
    from: string | null,
    to: string | null,
    at: string,
  ): Promise<boolean>;
};
