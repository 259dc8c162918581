import type { PluginOptions } from '../options.ts';
import { packageKey } from '../package-key.ts';
import { excludePresets } from './presets.ts';

/** The patterns that the plugin's options add to the excludes of a package, each once. */
export function excludesOf(one: { readonly category: string; readonly name: string }, { leaveOut }: Pick<PluginOptions, 'leaveOut'>): readonly string[] {
  const names = [...(leaveOut['*'] ?? []), ...(leaveOut[packageKey(one)] ?? [])];
  return [...new Set(names.flatMap((name) => excludePresets[name]))];
}
