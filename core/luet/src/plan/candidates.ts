// Rendered packages as a solver sees them, in the three ways in which luet looks at requirements.

import type { RenderedPackage } from '../render/render-package.ts';
import type { Candidate } from '../solve/universe.ts';

/** For chains: a package that is built on archives has nothing below it. */
export function toBuildCandidate(one: RenderedPackage): Candidate {
  return { ...toFullCandidate(one), requires: one.spec.requiresFinalImages ? [] : one.buildRequires };
}

/** For the parts of an assembled base: the requirements for building, whatever the package is built on. */
export function toFullCandidate(one: RenderedPackage): Candidate {
  const { category, name, version, at } = one.package.definition;
  return {
    fingerprintName: one.package.fingerprintName, category, name, version, at,
    requires: one.buildRequires, conflicts: one.buildConflicts, provides: one.provides,
  };
}

/** For the content of an assembled base, and for clients: what the package needs at run time. */
export function toRuntimeCandidate(one: RenderedPackage): Candidate {
  const { category, name, version, at, requires, conflicts, provides } = one.package.definition;
  return { fingerprintName: one.package.fingerprintName, category, name, version, requires, conflicts, provides, at };
}
