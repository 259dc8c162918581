// Which packages a build reads of which others: the chain below it, the archives that its base is made of, the images that it copies from.

import { compareBytes } from '../order.ts';
import type { ResolvedPackage } from './types.ts';

/** By fingerprint name. A package in a chain brings its own needs, so each has only those that stand beside or below itself. */
export type Needs = ReadonlyMap<string, ReadonlySet<string>>;

/** What each package reads directly or by its chain. */
export function findNeeds(packages: readonly ResolvedPackage[]): Needs {
  return new Map(
    packages.map((one) => {
      const below = one.chain.map(({ fingerprintName }) => fingerprintName);
      const copied = one.copies.flatMap((copy) => (copy.from === 'image' ? [copy.package] : []));
      const all = new Set([...below, ...one.finalRequires, ...copied]);
      all.delete(one.fingerprintName);
      return [one.fingerprintName, all] as const;
    }),
  );
}

/** Those of `names` that the build of none of the others reads: whoever builds them builds all. Sorted. */
export function findTops(names: readonly string[], needs: Needs): readonly string[] {
  const needed = reach(names.flatMap((name) => [...(needs.get(name) ?? [])]), needs);
  return names.filter((name) => !needed.has(name)).toSorted(compareBytes);
}

/** Those of `names` whose builds read one of `of`, directly or through others; without those of `of` themselves. Sorted. */
export function findBuiltOn(names: readonly string[], of: readonly string[], needs: Needs): readonly string[] {
  const readers = new Map<string, Set<string>>();
  for (const [reader, read] of needs) for (const name of read) readers.set(name, (readers.get(name) ?? new Set()).add(reader));
  const found = reach(of, readers);
  return names.filter((name) => found.has(name) && !of.includes(name)).toSorted(compareBytes);
}

/** `start` and everything that is led to from there. */
function reach(start: readonly string[], edges: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [...start];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    queue.push(...(edges.get(next) ?? []));
  }
  return found;
}
