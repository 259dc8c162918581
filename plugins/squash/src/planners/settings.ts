import { createDefinePlanner } from '@cos/core';
import { compressionSuffix } from '@cos/luet';
import * as z from 'zod/mini';
import { pluginOptions } from '../options.ts';

/** What targets must know of the plugin's options. */
export interface ArchiveSettings {
  /** How names of archives end: `.package.tar.zst`. */
  readonly suffix: string;
  /** Whether there is a budget for any package. */
  readonly hasBudgets: boolean;
}

export const settings = createDefinePlanner(pluginOptions)({
  description: 'how archives are called',
  options: z.object({}),
  plan: ({ plugin }): Promise<ArchiveSettings> => Promise.resolve({ suffix: `.package.tar${compressionSuffix(plugin.compression)}`, hasBudgets: Object.keys(plugin.budgets).length > 0 }),
});
