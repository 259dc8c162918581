import { join } from 'node:path';
import { createDefineStage, fileTree, noOptions, optional } from '@cos/core';
import * as z from 'zod/mini';
import { readDeclared } from '../read-declared.ts';
import { valuesSchema } from '../values.ts';
import { writeFolder } from '../write-folder.ts';

/** The folder from which luet would read a declared package: what luet's tags of it are made of. Nothing is built from it. */
export const declaredFolder = createDefineStage(noOptions)({
  description: 'write a package that the config declares as a folder that luet reads',
  version: 1,
  cache: 'content',
  inputs: {
    /** The folder that it names; nothing for one whose files are in the config. */
    context: optional(fileTree),
  },
  outputs: { folder: fileTree },
  options: z.object({ package: valuesSchema }),
  async run({ inputs, options, emit, scratch, log }) {
    const folder = join(scratch, 'folder');
    await writeFolder(readDeclared(options.package), await inputs.context?.path(), folder, (message) => log.warn(message));
    return { folder: await emit.folder(folder, {}) };
  },
});
