// A circle in which packages need each other's results: files that are copied from an image, archives that make a base. The solver
// does not see it, because none of them requires the other for building.

import { compareBytes } from '../order.ts';
import type { PackageReference } from '../package/reference.ts';
import { createProblem } from '../problem.ts';
import type { Location, Problem, RelatedLocation } from '../problem.ts';
import type { RenderedPackage } from '../render/render-package.ts';

/** `ring`: fingerprint names, each needing the next and the last one the first. Told from the first one in the order of names. */
export function explainCircle(ring: readonly string[], find: (name: string) => RenderedPackage | undefined): Problem {
  const start = ring.reduce((least, name, index) => (compareBytes(name, ring[least] ?? '') < 0 ? index : least), 0);
  const names = [...ring.slice(start), ...ring.slice(0, start)];
  const edges = names.map((name, index): RelatedLocation => {
    const next = names[(index + 1) % names.length] ?? name;
    const location = placeOf(find(name), find(next));
    return { message: `${name} needs ${next}`, ...(location === undefined ? {} : { location }) };
  });
  const message = `packages need each other's results in a circle: ${[...names, names[0] ?? ''].join(' -> ')}`;
  return createProblem('error', 'LUET_CYCLE', message, edges[0]?.location, { related: edges });
}

/** Where the one names the other; a package that is needed through others is not named, then the first need counts. */
function placeOf(from: RenderedPackage | undefined, to: RenderedPackage | undefined): Location | undefined {
  if (from === undefined) return undefined;
  const copied = from.spec.copy.flatMap((item) => item.package ?? []);
  const needs: readonly PackageReference[] = from.spec.requiresFinalImages ? [...from.spec.requires, ...copied] : copied;
  const named = needs.find((one) => one.name === to?.package.definition.name && one.category === to.package.definition.category);
  return (named ?? needs[0])?.at ?? from.package.definition.at;
}
