import { createDefineStage } from '@cos/core';
import * as z from 'zod/mini';

export const pluginOptions = z
  .object({
    /** Compression of package archives; default `zstd`. */
    compression: z._default(z.enum(['none', 'gzip', 'zstd']), 'zstd'),
    /** 1 to 9 for gzip (default 6), 1 to 19 for zstd (default 3). */
    level: z.optional(z.int().check(z.minimum(1), z.maximum(19))),
  })
  .check(z.refine(({ compression, level }) => compression !== 'gzip' || level === undefined || level <= 9, { path: ['level'], message: 'gzip has the levels 1 to 9' }));

export type PluginOptions = z.output<typeof pluginOptions>;

export const defineStage = createDefineStage(pluginOptions);
