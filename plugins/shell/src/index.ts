import { definePlugin } from '@cos/core';
import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { pluginOptions, type PluginOptions } from './options.ts';
import { createRunStage } from './stages/run.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

/**
 * Commands of the shell as tasks: `shell({ tools: ['make'] })`, then `use.shell.run({...})`. Which tools a stage has is part of its definition, so it is made
 * when the config calls the plugin.
 */
export function shell(options: Partial<PluginOptions> = {}) {
  const tools = Array.isArray(options.tools) ? options.tools.filter((tool) => typeof tool === 'string') : [];
  return definePlugin({ name: 'shell', apiVersion: 1, options: pluginOptions, codes, stages: { run: createRunStage(tools) } })(options);
}
