/** In whose name a sender may post. */
export type PostingRights = {
  /**
   * The names that its key or its signature is bound to; null: every name that is not reserved.
   */
  sources: readonly string[] | null;
  /** An administrator may bring in an archive of a polled source. */
  admin: boolean;
};

/**
 * Why a post of that source may not be sent, or undefined. `reserved`: the names under which polls
 * and streams of this deployment bring posts.
 */
export function refusedName(
  source: string,
  { sources, admin }: PostingRights,
  reserved: ReadonlySet<string>,
): string | undefined {
  if (sources !== null)
    return sources.includes(source)
      ? undefined
      : `this sender may post as ${sources.join(", ")} only, not as ${source}`;
  return reserved.has(source) && !admin
    ? `${source} is polled here, and nobody else may post in its name; take another one, or a ` +
        `key that is bound to it`
    : undefined;
}
