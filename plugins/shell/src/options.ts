import { createDefineStage } from '@cos/core';
import * as z from 'zod/mini';

/** Options of the plugin. */
export const pluginOptions = z.object({
  /** Programs that commands start: looked up before anything runs, their versions are part of every fingerprint. `sh` always is. */
  tools: z._default(z.array(z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/))), []),
});

export type PluginOptions = z.infer<typeof pluginOptions>;

export const defineStage = createDefineStage(pluginOptions);
