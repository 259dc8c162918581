import { defineDistribution, type Distribution } from '@cos/core';

/**
 * The distribution with more packages in its value `packages`, on every platform: `from: withPackages(opensuse, ['openssh', 'htop'])`. To have other
 * packages instead, set the value.
 */
export function withPackages<N extends string, V extends { readonly packages: string; readonly [key: string]: unknown }>(distribution: Distribution<N, V>, packages: readonly string[]): Distribution<N, V> {
  const add = (before: string) => [...(before === '' ? [] : [before]), ...packages].join(' ');
  const platforms = Object.entries(distribution.platforms).map(([platform, values]) => {
    const own: unknown = values?.['packages'];
    return [platform, typeof own === 'string' ? { ...values, packages: add(own) } : values] as const;
  });
  return defineDistribution<N, V>({ ...distribution, values: { ...distribution.values, packages: add(distribution.values.packages) }, platforms: Object.fromEntries(platforms) as Distribution<N, V>['platforms'] });
}
