import { compareVersions, selectPackages, type PackagePlan, type ResolvedPackage, type VersionMatching } from '@cos/luet';

/** The targets of a plan in the order in which they were asked for; all of them by category, name and version. Those that could not be planned are missing. */
export function selectTargets(plan: PackagePlan, asked: readonly string[] | 'all', matching: VersionMatching): readonly ResolvedPackage[] {
  if (asked === 'all') return plan.packages.toSorted((a, b) => order(a.category, b.category) || order(a.name, b.name) || compareVersions(a.version, b.version) || order(a.version, b.version));
  const planned = new Map(plan.packages.map((one) => [one.fingerprintName, one]));
  return selectPackages({ rendered: plan.rendered, targets: asked, matching }).packages.flatMap((one) => planned.get(one.package.fingerprintName) ?? []);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
