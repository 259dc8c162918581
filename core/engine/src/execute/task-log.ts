import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemCode } from '../errors/expected.ts';

// The output of a task as a file, line by line, so that it is there up to the last line however the run ends.

export interface TaskLog {
  /** Absolute. */
  readonly path: string;
  readonly write: (line: string) => void;
  readonly close: () => void;
}

const longest = 64 * 1024 * 1024;

/** Starts the log anew. When it cannot be written (a full disk) the rest of it is dropped: the failure to report is the task's own. */
export function openTaskLog(path: string): TaskLog {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'w', 0o644);
  let size = 0;
  let open = true;
  const put = (line: string): void => {
    const bytes = Buffer.from(`${line}\n`, 'utf8');
    size += bytes.length;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      size = longest + 1;
    }
  };
  return {
    path,
    write: (line) => {
      if (!open || size > longest) return;
      put(line);
      if (size > longest) put(`(the log ends here: it is longer than ${longest / 1024 / 1024} MiB)`);
    },
    close: () => {
      if (open) closeSync(fd);
      open = false;
    },
  };
}
