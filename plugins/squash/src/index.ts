import { definePlugin } from '@cos/core';
import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { diff } from './commands/diff.ts';
import { inspect } from './commands/inspect.ts';
import { pluginOptions } from './options.ts';
import { settings } from './planners/settings.ts';
import { archive } from './stages/archive.ts';
import { describe } from './stages/describe.ts';
import { sizes } from './stages/sizes.ts';
import { subpackage } from './stages/subpackage.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

export { excludePresets, type ExcludePreset } from './excludes/presets.ts';
export type { ArchiveSettings } from './planners/settings.ts';

/** Turns container images into package archives. */
export const squash = definePlugin({
  name: 'squash',
  apiVersion: 1,
  options: pluginOptions,
  codes,
  // What warns does not change what is made.
  hostOptions: ['budgets'],
  stages: { archive, subpackage, describe, sizes },
  planners: { settings },
  commands: { diff, inspect },
});
