import type { Parameters } from '@cos/core';
import type { ResolveOptions } from '../options.ts';

/** What every command that looks at trees takes. Without `tree` it looks at those of the config's derivatives, with their values. */
export const treeParameters = {
  tree: { type: 'list', description: 'a folder of package specs, instead of those of the config; of two equal packages the later tree\'s wins' },
  referenceTree: { type: 'list', description: 'with --tree: a folder of package specs that others maintain, which can be required; equal packages of trees win' },
  fromRepositories: { type: 'text', bare: '', description: 'with --tree: also the packages of the repositories that luet\'s client has here, or of a configuration: --from-repositories=luet.yaml' },
  values: { type: 'list', description: 'a values file (YAML); later ones win' },
  env: { type: 'list', description: 'a variable of the environment that templates may look at, beside those of the config' },
  valuesMerge: { type: 'choice', choices: ['presence', 'luet'], default: 'presence', description: 'what overrides: every key that is there, or, as in luet, only values that are not empty' },
  versions: { type: 'choice', choices: ['debian', 'legacy'], default: 'debian', description: 'how selectors match: in Debian\'s order, or as luet up to 0.36' },
  engine: { type: 'choice', choices: ['luet', 'helm'], default: 'luet', description: 'template engine: of luet since 2022, or the one before' },
  finalRequires: { type: 'choice', choices: ['closure', 'first-level'], default: 'closure', description: 'what a package with requires_final_images is made of: all that its requirements need at run time, or, as in 2021, only what it lists' },
} as const satisfies Parameters;

/** The variables that templates may look at: those of the config and of the command line. */
export function treeVariables(plugin: ResolveOptions, args: { readonly env: readonly string[] }): readonly string[] {
  return [...new Set([...plugin.env, ...args.env])];
}
