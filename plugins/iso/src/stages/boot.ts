import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, noOptions } from '@cos/core';
import { extractBootFiles } from '../boot/extract-boot-files.ts';
import { defineStage } from '../options.ts';
import { systemInput, systemPorts } from '../system-input.ts';

/** A stage of its own: a change of the system that leaves kernel and initrd alone ends here. */
export const boot = defineStage({
  description: 'take kernel and initrd out of a root filesystem',
  version: 1,
  cache: 'content',
  inputs: systemPorts,
  /** A folder with the files `kernel` and `initrd`. */
  outputs: { boot: fileTree },
  options: noOptions,
  async run({ inputs, emit, scratch, log }) {
    const folder = join(scratch, 'boot');
    await mkdir(folder);
    const found = await extractBootFiles(systemInput(inputs).open, { kernel: join(folder, 'kernel'), initrd: join(folder, 'initrd') });
    log.info(`kernel: /${found.kernel.path}, initrd: /${found.initrd.path}`);
    return { boot: await emit.boot(folder, {}) };
  },
});
