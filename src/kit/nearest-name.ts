/**
 * The known name closest to a misspelt one, if it is close enough to be the name that was meant.
 * Ignores case, and takes a dot for an underscore.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase().replaceAll(".", "_");
  const allowed = Math.max(1, Math.floor(wanted.length / 4));
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    // Each surplus character is an edit, so most names are passed over, and so is a very long one.
    if (Math.abs(candidate.length - wanted.length) > allowed) continue;
    const distance = edits(wanted, candidate.toLowerCase());
    if (!best || distance < best.distance) best = { name: candidate, distance };
  }
  return best && best.distance <= allowed ? best.name : undefined;
}

/**
 * Edits between two texts, where two neighbours in the wrong order are one (optimal string
 * alignment): "scoer" is one edit away from "score". Two rows at a time.
 */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
          swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
