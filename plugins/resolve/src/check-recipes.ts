import type { Diagnostic } from '@cos/core';
import { fingerprintName, type PackagePlan, type ResolvedPackage } from '@cos/luet';
import { placeOf } from './diagnostic.ts';

/** What recipes of a plan ask for that a build cannot do: addresses in `retrieve`, and sub-packages of equal names. */
export function checkRecipes({ packages }: Pick<PackagePlan, 'packages'>): readonly Diagnostic[] {
  return [...packages.flatMap(addresses), ...equalNames(packages)];
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

/** Archives are named after their packages: two of one name cannot both be published. */
function equalNames(packages: readonly ResolvedPackage[]): readonly Diagnostic[] {
  const owners = new Map(packages.map((one) => [fingerprintName(one), `${idOf(one)} is a package of the trees`]));
  return packages.flatMap((main) =>
    main.spec.subpackages.flatMap((sub): readonly Diagnostic[] => {
      const owner = owners.get(fingerprintName(sub));
      owners.set(fingerprintName(sub), `${idOf(main)} has one`);
      if (owner === undefined) return [];
      return [{ code: 'COS_RESOLVE_DUPLICATE_PACKAGE', severity: 'error', message: `Expected a name of its own for the sub-package ${idOf(sub)} of ${idOf(main)}; ${owner}.`, place: placeOf(sub.at), hint: 'Rename it, or change its version.' }];
    }),
  );
}

function idOf({ category, name, version }: { readonly category: string; readonly name: string; readonly version: string }): string {
  return `${category}/${name}@${version}`;
}
