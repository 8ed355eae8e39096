/** Which nodes each node leads to. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/**
 * The circles of a graph: its strongly connected components of more than one node, and nodes that
 * lead to themselves. Nodes are sorted, so that the answer is the same whatever the order of files.
 * (Tarjan, Depth-first search and linear graph algorithms, 1972.)
 */
export function circlesOf(graph: ImportGraph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];

  function visit(node: string): number {
    const own = order.size;
    order.set(node, own);
    lowest.set(node, own);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      const reached = order.has(next) ? stack.includes(next) && order.get(next) : visit(next);
      if (typeof reached === "number") lowest.set(node, Math.min(lowestOf(node), reached));
    }
    if (lowestOf(node) === own) close(node);
    return lowestOf(node);
  }

  const lowestOf = (node: string): number => lowest.get(node) ?? Number.POSITIVE_INFINITY;

  /** What stands on the stack above the first node of a component belongs to it. */
  function close(node: string): void {
    const component = stack.splice(stack.indexOf(node));
    if (component.length > 1 || graph.get(node)?.includes(node)) circles.push(component.sort());
  }

  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles;
}
