import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { failure, success, type Result } from '../errors/result.ts';

/** Names of the config file, in the order in which a folder is looked through. */
const configNames = ['cos.config.ts', 'cos.config.mts', 'cos.config.js', 'cos.config.mjs'] as const;

/**
 * Finds the config file in a folder or the nearest one above it. Finding only: importing is import.ts's work, because cosmiconfig would import with other
 * fallbacks and lose the first error.
 */
export async function findConfig(folder: string): Promise<Result<string>> {
  const found = () => ({});
  const explorer = cosmiconfig('cos', {
    searchPlaces: [...configNames],
    loaders: { '.ts': found, '.mts': found, '.js': found, '.mjs': found },
    searchStrategy: 'global',
    stopDir: '/',
    ignoreEmptySearchPlaces: false,
    cache: false,
  });
  const result = await explorer.search(folder);
  // The strategy looks into the user's settings folder at last, which is no workspace.
  if (result === null || relative(dirname(result.filepath), folder).startsWith('..')) return failure(unreadable(folder) ?? notFound(folder));
  return success(result.filepath);
}

/** The search passes over a file that it may not read, as if it were not there. */
function unreadable(folder: string): Diagnostic | undefined {
  for (let above = folder; ; above = dirname(above)) {
    const file = configNames.map((name) => join(above, name)).find((path) => existsSync(path));
    if (file !== undefined) return { code: 'COS_CONFIG_UNREADABLE', severity: 'error', message: `The config "${file}" is there, but cannot be read.`, hint: 'Make it readable for the user who runs cos.' };
    if (dirname(above) === above) return undefined;
  }
}

function notFound(folder: string): Diagnostic {
  return {
    code: 'COS_CONFIG_NOT_FOUND',
    severity: 'error',
    message: `Expected one of ${configNames.join(', ')} in "${folder}" or a folder above it; found none.`,
    hint: 'Change to the folder of your workspace, or write a cos.config.ts: docs/getting-started.md shows one of ten lines.',
  };
}
