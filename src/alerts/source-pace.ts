import type { CountSample } from "./counts.ts";

/**
 * How often a source brings posts: when the last came, and the posts before it, of which those of a
 * day ago count a third (1/e). Silence changes neither, so that a source that stopped still shows
 * what it used to bring.
 */
export type SourcePace = { lastAt: number; weighed: number };
export type SourcePaces = Record<string, SourcePace>;

const DAY = 86_400_000;
const PREFIX = "source ";
const FORGOTTEN_MS = 30 * DAY;

/** In a steady source the weighed count is that of a day. */
export const postsADay = ({ weighed }: SourcePace): number => weighed;

/** The paces after a sample; nothing is known of what was counted before the first. */
export function pacesAfter(
  paces: SourcePaces,
  before: CountSample | undefined,
  { at, counts }: CountSample,
): SourcePaces {
  if (before === undefined) return paces;
  const kept = Object.entries(paces).filter(([, { lastAt }]) => at - lastAt < FORGOTTEN_MS);
  const after: SourcePaces = Object.fromEntries(kept);
  for (const [name, [count = 0]] of Object.entries(counts)) {
    if (!name.startsWith(PREFIX)) continue;
    const more = count - (before.counts[name]?.[0] ?? 0);
    if (more <= 0) continue;
    const source = name.slice(PREFIX.length);
    const { lastAt, weighed } = after[source] ?? { lastAt: at, weighed: 0 };
    after[source] = { lastAt: at, weighed: weighed * Math.exp((lastAt - at) / DAY) + more };
  }
  return after;
}
