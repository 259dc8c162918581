// Unknown names suggest their neighbours. Distances count insertions, deletions, replacements and swaps of neighbours as one step each.

/** The candidates near to a name, nearest first; empty when none is near. */
export function suggest(name: string, candidates: Iterable<string>, limit = 2): readonly string[] {
  const reach = Math.max(1, Math.floor(name.length / 3));
  const near: { readonly candidate: string; readonly steps: number }[] = [];
  for (const candidate of new Set(candidates)) {
    if (Math.abs(candidate.length - name.length) > reach || candidate.length > 200) continue;
    const steps = distance(name.toLowerCase(), candidate.toLowerCase());
    if (steps <= reach) near.push({ candidate, steps });
  }
  near.sort((a, b) => a.steps - b.steps || (a.candidate < b.candidate ? -1 : 1));
  return near.slice(0, limit).map(({ candidate }) => candidate);
}

/**
 * A hint for an unknown name: the neighbours, else what there is (up to twelve names, sorted), else `fallback`.
 */
export function hintFor(name: string, candidates: Iterable<string>, what: string, fallback?: string): string {
  const all = [...new Set(candidates)].sort();
  const near = suggest(name, all);
  if (near.length > 0) return `Did you mean ${near.map((candidate) => JSON.stringify(candidate)).join(' or ')}?`;
  if (all.length === 0) return fallback ?? `There are no ${what}.`;
  const shown = all.slice(0, 12);
  const rest = all.length - shown.length;
  return `Known ${what}: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`;
}

/** Optimal string alignment distance, by three rows. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = (last[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let best = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, change);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) best = Math.min(best, (before[column - 2] ?? 0) + 1);
      current.push(best);
    }
    before = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
