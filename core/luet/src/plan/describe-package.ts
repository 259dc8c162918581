// A package of the plan as data.

import { archiveContentOf, kindOf } from '../package/check-build-spec.ts';
import { imageId } from '../package/identity.ts';
import type { RenderedPackage } from '../render/render-package.ts';
import { listElements } from './chain.ts';
import type { Chain } from './chain.ts';
import type { PackageRole, ResolvedCopy, ResolvedPackage } from './types.ts';

export interface DescribedPackage {
  readonly rendered: RenderedPackage;
  readonly role: PackageRole;
  readonly chain: Chain;
  readonly finalRequires: readonly string[];
  readonly copies: readonly ResolvedCopy[];
}

export function describePackage({ rendered, role, chain, finalRequires, copies }: DescribedPackage): ResolvedPackage {
  const { package: one, spec, text, values, variables } = rendered;
  const { category, name, version } = one.definition;
  const kind = kindOf(spec);
  return {
    category,
    name,
    version,
    fingerprintName: one.fingerprintName,
    imageId: imageId(one.definition),
    role,
    kind,
    archive: kind === 'virtual' ? 'empty' : archiveContentOf(spec),
    dir: one.dir,
    definition: one.definition,
    spec,
    recipeText: text,
    finalizer: one.finalizer,
    values,
    variables,
    // Chains share what they begin with: each is listed only when it is asked for.
    get chain() {
      return listElements(chain);
    },
    image: chain.state.image,
    finalRequires,
    copies,
  };
}
