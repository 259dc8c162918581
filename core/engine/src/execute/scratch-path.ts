import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { CosError } from '../errors/cos-error.ts';
import { systemCode } from '../errors/expected.ts';

/**
 * The real path of something in scratch that a stage names, absolute or relative to scratch. Throws COS_TASK_OUTSIDE_SCRATCH when it leads out, also by
 * a link on the way. The last part itself is not followed; it need not exist.
 */
export function pathInScratch(scratch: string, path: string, use: string): string {
  const root = realpathSync(scratch);
  const absolute = resolve(scratch, path);
  if (absolute === resolve(scratch)) return root;
  try {
    const real = join(realpathSync(dirname(absolute)), basename(absolute));
    if (real === root || real.startsWith(root + sep)) return real;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
    // The folder is not there: whether it would be inside can be told from the spelling.
    if (absolute.startsWith(root + sep) || absolute.startsWith(resolve(scratch) + sep)) {
      throw new CosError({ code: 'COS_TASK_NO_SUCH_PATH', severity: 'error', message: `${use}: \`${path}\` was expected in scratch, but nothing is there.`, hint: "This is a mistake in the stage's code." });
    }
  }
  throw new CosError({ code: 'COS_TASK_OUTSIDE_SCRATCH', severity: 'error', message: `${use}: \`${path}\` is not inside of the task's scratch folder.`, hint: "This is a mistake in the stage's code: what it makes and where its tools run is in `scratch`." });
}

/** Like `pathInScratch`, for a folder to run in; links are followed and must stay inside. */
export function folderInScratch(scratch: string, path: string, use: string): string {
  const inside = pathInScratch(scratch, path, use);
  const stat = lstatSync(inside, { throwIfNoEntry: false });
  const real = stat?.isSymbolicLink() === true ? realpathSync(inside) : inside;
  const root = realpathSync(scratch);
  if (stat !== undefined && lstatSync(real).isDirectory() && (real === root || real.startsWith(root + sep))) return real;
  throw new CosError({ code: 'COS_TASK_NO_SUCH_PATH', severity: 'error', message: `${use}: \`${path}\` is not a folder in scratch.`, hint: "This is a mistake in the stage's code." });
}
