import type { CommandDerivative } from '../model/plugin.ts';
import type { ResolvedConfig } from './resolved-config.ts';

/** The selected derivatives on their platforms, as commands of plugins see them. */
export function commandDerivatives({ variants }: ResolvedConfig): readonly CommandDerivative[] {
  return variants.map(({ derivative, platform, values, packages }) => ({
    name: derivative.name,
    title: derivative.title ?? derivative.name,
    version: derivative.version,
    platform,
    values,
    trees: derivative.trees,
    referenceTrees: derivative.referenceTrees,
    repositories: derivative.repositories.filter(({ platforms }) => platforms === undefined || platforms.includes(platform)),
    packages,
  }));
}
