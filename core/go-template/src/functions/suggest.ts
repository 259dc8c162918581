// What a user may have meant by a function name that is not there.
import { functionsOf } from './registry.ts';
import type { Engine } from './registry.ts';

export function suggestFunction(name: string, engine: Engine): string | undefined {
  const other: Engine = engine === 'luet' ? 'helm' : 'luet';
  if (functionsOf(other).has(name)) return `The engine \`${other}\` has this function, \`${engine}\` has not.`;
  const known = [...functionsOf(engine).keys()];
  const close = known
    .map((candidate) => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter((one) => one.distance <= Math.min(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return close[0] === undefined ? undefined : `Did you mean ${close[0].candidate}?`;
}

/** Number of letters to change, drop or add. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 3;
}
