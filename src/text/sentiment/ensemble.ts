export const TREE_DEPTH = 3;

/**
 * A complete binary tree: the children of node n are 2n+1 (below the limit of its column) and 2n+2.
 */
type Tree = { columns: readonly number[]; limits: readonly number[]; leaves: readonly number[] };

/** A weighted sum of parts, whose last weight is a constant, and what boosted trees add to it. */
export type SentimentEnsemble = { straight: readonly number[]; trees: readonly Tree[] };

function leafOf({ columns, limits, leaves }: Tree, parts: readonly number[]): number {
  let node = 0;
  for (let depth = 0; depth < TREE_DEPTH; depth++) {
    node = 2 * node + ((parts[columns[node] ?? 0] ?? 0) < (limits[node] ?? 0) ? 1 : 2);
  }
  return leaves[node + 1 - 2 ** TREE_DEPTH] ?? 0;
}

export function ensembleScore(
  { straight, trees }: SentimentEnsemble,
  parts: readonly number[],
): number {
  let sum = straight[parts.length] ?? 0;
  for (let i = 0; i < parts.length; i++) sum += (straight[i] ?? 0) * (parts[i] ?? 0);
  for (const tree of trees) sum += leafOf(tree, parts);
  return sum;
}
