import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { problem } from './problem.ts';

/** The file of a repository folder that is signed. `shown` names the folder in messages. Throws COS_SIGN_NO_INDEX when there is none. */
export async function findIndex(folder: string, shown: string): Promise<string> {
  const path = join(folder, 'repository.yaml');
  const found = await lstat(path).catch(() => undefined);
  if (found?.isFile() === true) return path;
  throw problem('COS_SIGN_NO_INDEX', `${shown} is no repository: it has no file repository.yaml.`, 'Name a repository folder, or a file.');
}
