import type { Diagnostic } from '@cos/core';
import type { PackagePlan, ResolvedPackage } from '@cos/luet';
import { placeOf } from './diagnostic.ts';

/** What recipes of a plan ask for that a build cannot do as it is meant: addresses in `retrieve`, and packages cut out of others. */
export function checkRecipes({ packages }: Pick<PackagePlan, 'packages'>): readonly Diagnostic[] {
  return packages.flatMap((one) => [...addresses(one), ...subpackages(one)]);
}

/** The engine would download what a server has at that moment: no fingerprint sees it. */
function addresses({ spec, ...one }: ResolvedPackage): readonly Diagnostic[] {
  return spec.retrieve.flatMap((entry, index): readonly Diagnostic[] => {
    if (!/^[A-Za-z][A-Za-z0-9+.-]*:\/\/|^git@/.test(entry)) return [];
    const at = spec.positions.get(`retrieve[${index}]`);
    return [
      {
        code: 'COS_RESOLVE_BAD_PATH',
        severity: 'error',
        message: `retrieve[${index}] of ${idOf(one)} is an address, ${JSON.stringify(entry)}: what a server has today is no part of a build.`,
        ...(at === undefined ? {} : { place: placeOf(at) }),
        hint: 'Put the file into the folder of the package, or download it in a step that checks its SHA-256.',
      },
    ];
  });
}

function subpackages({ spec, ...one }: ResolvedPackage): readonly Diagnostic[] {
  return spec.subpackages.map((sub) => ({
    code: 'COS_RESOLVE_NO_EFFECT',
    severity: 'warning',
    message: `The sub-package ${idOf(sub)} of ${idOf(one)} is not made: sub-packages are read and checked, and not cut out of the archive.`,
    place: placeOf(sub.at),
    hint: 'Make it a package of its own that copies from this one, or put "includes" and "excludes" into two packages.',
  }));
}

function idOf({ category, name, version }: { readonly category: string; readonly name: string; readonly version: string }): string {
  return `${category}/${name}@${version}`;
}
