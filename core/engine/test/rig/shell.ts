import { join } from 'node:path';
import * as z from 'zod/mini';
import { createDefineStage, definePlugin, fileTree, many } from '../../src/index.ts';

// A stage that runs a command of the shell: what the engine's tests plan and run.

const options = z.object({ level: z._default(z.enum(['low', 'high']), 'low'), folder: z.optional(z.string()) });

const run = createDefineStage(options)({
  description: 'run a command',
  version: 1,
  cache: 'content',
  inputs: { files: many(fileTree) },
  outputs: { out: fileTree },
  options: z.object({ command: z.string().check(z.minLength(1)), note: z.optional(z.string()) }),
  tools: ['sh'],
  async run({ inputs, options: { command }, exec, emit, scratch }) {
    const paths = await Promise.all(inputs.files.map((file) => file.path()));
    await exec('sh', ['-euc', command, 'sh', ...paths]);
    return { out: await emit.out(join(scratch, 'out'), {}) };
  },
});

const publish = createDefineStage(options)({ ...run, description: 'publish something', cache: 'never', effect: 'publish' });

/** Stages `run` and `publish`. The command finds its inputs as $1, $2, ... and makes `out`. */
export const shell = definePlugin({ name: 'shell', apiVersion: 1, options, hostOptions: ['folder'], stages: { run, publish } });
