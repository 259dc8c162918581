import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CosError, fileTree, many } from '@cos/core';
import * as z from 'zod/mini';
import type { codes } from '../codes.ts';
import { defineStage } from '../options.ts';

const options = z.object({
  /** Read by `sh -eu`. The inputs are $1, $2, ... in their order; the folder it runs in is empty. */
  command: z.string().check(z.minLength(1)),
  /** Paths below that folder that the command makes. One path is the artifact itself; several are gathered in a folder under these paths. */
  outputs: z._default(z.array(z.string()).check(z.minLength(1)), ['out']),
  /** Variables that the command finds, beside the clean environment of every tool. */
  env: z._default(z.record(z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/)), z.string()), {}),
});

/** A command with declared inputs and outputs. `tools`: programs beside `sh` whose versions count. */
export function createRunStage(tools: readonly string[]) {
  return defineStage({
    description: 'run a command of the shell on files',
    version: 1,
    cache: 'content',
    inputs: { files: many(fileTree) },
    outputs: { files: fileTree },
    options,
    tools: [...new Set(['sh', ...tools])],
    async run({ inputs, options: { command, outputs, env }, exec, emit, scratch }) {
      checkPaths(outputs);
      const work = join(scratch, 'work');
      await mkdir(work);
      const paths = await Promise.all(inputs.files.map((file) => file.path()));
      await exec('sh', ['-euc', command, 'sh', ...paths], { cwd: work, env });
      for (const output of outputs) {
        if (await isMissing(join(work, output))) throw problem('COS_SHELL_OUTPUT_MISSING', `Expected the command to make "${output}"; it is not there.`, 'Write it into the folder that the command starts in, or correct "outputs".');
      }
      const [only] = outputs;
      if (outputs.length === 1 && only !== undefined) return { files: await emit.files(join(work, only), {}) };
      const gathered = join(scratch, 'gathered');
      for (const output of outputs) {
        await mkdir(dirname(join(gathered, output)), { recursive: true });
        await rename(join(work, output), join(gathered, output));
      }
      await rm(work, { recursive: true, force: true });
      return { files: await emit.files(gathered, {}) };
    },
  });
}

function checkPaths(outputs: readonly string[]): void {
  for (const output of outputs) {
    const parts = output.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
      throw problem('COS_SHELL_OUTPUT_PATH', `Expected a path below the command's folder as output; found "${output}".`, 'Write for example "out" or "dist/app.js".');
    }
    const inside = outputs.find((other) => other !== output && output.startsWith(`${other}/`));
    if (inside !== undefined) throw problem('COS_SHELL_OUTPUT_PATH', `Output "${output}" lies inside of output "${inside}".`, `Leave "${output}" out.`);
  }
}

function problem(code: keyof typeof codes, message: string, hint: string): CosError {
  return new CosError({ code, severity: 'error', message, hint });
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  );
}
