import { fileURLToPath } from 'node:url';

export interface Frame {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The frames of a stack that lie in files, innermost first; Node's own have no file. */
export function framesOf(stack: string): readonly Frame[] {
  return stack.split('\n').flatMap((text) => {
    const [, path, line, column] = /^\s+at (?:.*\()?((?:file:\/\/)?\/.*?):(\d+):(\d+)\)?$/.exec(text) ?? [];
    if (path === undefined) return [];
    return [{ file: path.startsWith('file://') ? fileURLToPath(path.replace(/\?.*$/, '')) : path, line: Number(line), column: Number(column) }];
  });
}
