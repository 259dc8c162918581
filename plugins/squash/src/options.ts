import { createDefineStage } from '@cos/core';
import * as z from 'zod/mini';
import { excludePresets, type ExcludePreset } from './excludes/presets.ts';
import { isPackageKey } from './package-key.ts';
import { parseSize } from './parse-size.ts';

const size = z.union([z.int().check(z.minimum(0)), z.string().check(z.refine((text) => parseSize(text) !== undefined, 'expected bytes, or a text such as "200 MB" (B, kB, MB, GB; KiB, MiB, GiB)'))]);
const byPackage = <T extends z.ZodMiniType>(value: T) =>
  z._default(z.record(z.string(), value).check(z.refine((record) => Object.keys(record).every(isPackageKey), 'expected packages as category/name, or * for all')), {});
const isPreset = (name: string): name is ExcludePreset => Object.hasOwn(excludePresets, name);
const presetNames = Object.keys(excludePresets).filter(isPreset);

const budget = z.strictObject({
  /** Most bytes of contents. */
  content: z.optional(size),
  /** Most bytes of the archive, compressed. */
  archive: z.optional(size),
});

export const pluginOptions = z
  .object({
    /** Compression of package archives; default `zstd`. */
    compression: z._default(z.enum(['none', 'gzip', 'zstd']), 'zstd'),
    /** 1 to 9 for gzip (default 6), 1 to 19 for zstd (default 3). */
    level: z.optional(z.int().check(z.minimum(1), z.maximum(19))),
    /** Presets of excludes by package (`category/name`), and for all packages by `*`: added to the excludes of the recipes. Default: none. */
    leaveOut: byPackage(z.array(z.enum(presetNames))),
    /** Sizes that packages should stay below, by package or `*`; the package's own counts instead of that of all. A run warns at its end. Default: none. */
    budgets: byPackage(budget),
  })
  .check(z.refine(({ compression, level }) => compression !== 'gzip' || level === undefined || level <= 9, { path: ['level'], message: 'gzip has the levels 1 to 9' }));

export type PluginOptions = z.output<typeof pluginOptions>;

export const defineStage = createDefineStage(pluginOptions);
