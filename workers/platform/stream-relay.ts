import type { LoggedMessage } from "../../src/observability/live.ts";

/** Beyond it the oldest are left out; a leaf that finds a gap reads it from the log of the root. */
const MOST_WAITING = 2_000;

export type RelayPorts = {
  /** False: nobody listens there any more. */
  relay(leaf: string, entries: LoggedMessage[]): Promise<boolean>;
  /** Where the leaves are kept that have listeners, each with the number of its last joining. */
  leaves: { read(): Record<string, number>; write(leaves: Record<string, number>): void };
};

/**
 * The root's side: hands what is published to every leaf that has listeners, one call at a time to
 * each, with all that came meanwhile. A call that fails is made up for by the next one.
 */
export function streamRelay({ relay, leaves }: RelayPorts) {
  const waiting = new Map<string, LoggedMessage[]>();

  async function drain(leaf: string, entries: LoggedMessage[]): Promise<void> {
    while (entries.length > 0) {
      const joined = leaves.read()[leaf];
      const listens = await relay(leaf, entries.splice(0)).catch(() => true);
      if (listens || leaves.read()[leaf] !== joined) continue;
      const { [leaf]: _, ...others } = leaves.read();
      leaves.write(others);
      break;
    }
    waiting.delete(leaf);
  }

  return {
    names: (): string[] => Object.keys(leaves.read()),
    join(leaf: string): void {
      const known = leaves.read();
      leaves.write({ ...known, [leaf]: (known[leaf] ?? 0) + 1 });
    },
    async publish(entries: readonly LoggedMessage[]): Promise<void> {
      const begun = Object.keys(leaves.read()).map((leaf) => {
        const under = waiting.get(leaf);
        if (under === undefined) {
          const own = [...entries];
          waiting.set(leaf, own);
          return drain(leaf, own);
        }
        under.push(...entries);
        under.splice(0, under.length - MOST_WAITING);
        return undefined;
      });
      await Promise.all(begun);
    },
  };
}
