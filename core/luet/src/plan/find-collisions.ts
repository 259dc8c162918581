// Two packages whose names differ and whose image tags do not: `1.0+1` and `1.0-1`.

import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { ResolvedPackage } from './types.ts';

export function findCollisions(packages: readonly ResolvedPackage[]): Problem[] {
  const byTag = new Map<string, ResolvedPackage>();
  return packages.flatMap((one) => {
    const other = byTag.get(one.imageId);
    byTag.set(one.imageId, one);
    if (other === undefined) return [];
    const message = `${one.fingerprintName} and ${other.fingerprintName} have the same image tag ${one.imageId}`;
    const related = [{ message: 'the other one', location: other.definition.at }];
    return [createProblem('warning', 'LUET_TAG_COLLISION', message, one.definition.at, { related, hint: 'a tag cannot hold "+", which becomes "-"' })];
  });
}
