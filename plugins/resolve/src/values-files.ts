import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Diagnostic } from '@cos/core';
import { readValues, type ValueMap } from '@cos/luet';
import { toDiagnostics } from './diagnostic.ts';

const MAX_BYTES = 4 * 1024 * 1024;

export interface ReadValuesFiles {
  /** In the order of the files. */
  readonly values: readonly ValueMap[];
  readonly problems: readonly Diagnostic[];
}

/** Reads values files as luet reads them (YAML 1.1, numbers kept apart). `files` are relative to `cwd`. */
export async function readValuesFiles(files: readonly string[], cwd: string): Promise<ReadValuesFiles> {
  const values: ValueMap[] = [];
  const problems: Diagnostic[] = [];
  for (const given of files) {
    const file = resolve(cwd, given);
    try {
      const found = await stat(file);
      if (!found.isFile()) throw new Error('it is no regular file');
      if (found.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
      const read = readValues(await readFile(file, 'utf8'), file);
      values.push(read.values);
      problems.push(...toDiagnostics(read.problems));
    } catch (error) {
      problems.push({ code: 'COS_RESOLVE_READ_FAILED', severity: 'error', message: `The values file "${given}" cannot be read: ${error instanceof Error ? error.message : String(error)}.` });
    }
  }
  return { values, problems };
}
