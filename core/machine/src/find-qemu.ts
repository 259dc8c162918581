import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { MachineError } from './machine-error.ts';

const program = 'qemu-system-x86_64';

/**
 * Finds the emulator in the folders of `searchPath` (default: the PATH of this process; relative folders in it are skipped, so that
 * the current folder cannot bring its own).
 *
 * @throws MachineError `COS_TOOL_MISSING`
 */
export async function findQemu(searchPath: string = process.env['PATH'] ?? ''): Promise<string> {
  for (const folder of searchPath.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const candidate = join(folder, program);
    if (await isProgram(candidate)) return candidate;
  }
  throw new MachineError({
    code: 'COS_TOOL_MISSING',
    summary: `${program} is not installed.`,
    expected: `a program ${program} in one of the folders of PATH`,
    found: searchPath === '' ? 'an empty PATH' : `no such program in ${searchPath}`,
    hint: 'install qemu-system-x86 (Debian, Ubuntu), qemu-system-x86-core (Fedora) or qemu-x86 (openSUSE)',
  });
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
