import { cp, lstat, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CosError, createDefineStage, fileTree, noOptions, one, type Diagnostic } from '@cos/core';
import * as z from 'zod/mini';
import { valuesSchema } from '../values.ts';

/** A file of the package: relative, with `/`, without a step upwards. */
const inside = z.string().check(z.refine((path) => path !== '' && !path.startsWith('/') && !path.split('/').some((part) => part === '..' || part === '.' || part === '')));

/**
 * Makes the build context of a package that marks some of its files as templates: a copy of its folder with those files rendered. The names of the
 * files are relative to the package, so they are not paths of the workspace.
 */
export const files = createDefineStage(noOptions)({
  description: 'render the files of a package that are templates',
  version: 1,
  cache: 'content',
  inputs: { folder: one(fileTree) },
  outputs: { context: fileTree },
  options: z.object({ package: z.string(), files: z.array(inside), values: valuesSchema }),
  async run({ inputs, options, emit, scratch }) {
    const context = join(scratch, 'context');
    await cp(await inputs.folder.path(), context, { recursive: true, verbatimSymlinks: true });
    const failures: Diagnostic[] = [];
    for (const file of options.files) {
      const failure = await renderInPlace(join(context, file), file, options);
      if (failure !== undefined) failures.push(failure);
    }
    if (failures.length > 0) throw new CosError(failures);
    return { context: await emit.context(context, {}) };
  },
});

interface FileOptions {
  readonly package: string;
  readonly values: Readonly<Record<string, unknown>>;
}

async function renderInPlace(path: string, file: string, options: FileOptions): Promise<Diagnostic | undefined> {
  // Not through links: the target might lie outside of the copy.
  const kind = await lstat(path).catch(() => undefined);
  if (kind === undefined || !kind.isFile()) {
    return {
      code: 'COS_TEMPLATE_MISSING',
      severity: 'error',
      message: `${options.package} lists "${file}" under templates, and the package has no regular file of that name.`,
      hint: 'Correct the list in definition.yaml, or add the file.',
    };
  }
  const source = await readFile(path, 'utf8');
  // Loaded when it is needed: every command would wait for it.
  const { render } = await import('@cos/file-templates');
  const result = render(source, { name: file, data: options.values });
  if (result.ok) {
    await writeFile(path, result.text);
    return undefined;
  }
  const { message, line, column, hint } = result.problem;
  return {
    code: 'COS_TEMPLATE_FILE',
    severity: 'error',
    message: `"${file}" of ${options.package} cannot be rendered: ${message}`,
    place: { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
    source,
    ...(hint === undefined ? {} : { hint }),
  };
}
