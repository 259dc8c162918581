import { fileURLToPath } from 'node:url';
import type { Place } from './diagnostic.ts';

/** The first frame of the stack that lies in a file of the user: neither Node's own nor below node_modules. */
export function throwingPlace(error: unknown): Place | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  for (const line of error.stack.split('\n')) {
    const match = /^\s+at (?:.*\()?((?:file:\/\/)?\/.*?):(\d+):(\d+)\)?$/.exec(line);
    if (match === null) continue;
    const [, path = '', row = '1', column = '1'] = match;
    const file = path.startsWith('file://') ? fileURLToPath(path.replace(/\?.*$/, '')) : path;
    if (!file.includes('/node_modules/')) return { file, line: Number(row), column: Number(column) };
  }
  return undefined;
}
