// Configuration that somebody changed is not overwritten: what the package brings is put beside it as `._cfg0001_<name>`.
import { readdirSync, readFileSync } from 'node:fs';
import { normalPath } from '@cos/archive';
import { parseYaml } from '@cos/luet';
import { ClientError } from '../client-error.ts';
import type { RootFolder } from '../root/root-folder.ts';
import type { PublishedPackage } from '../repository/published-package.ts';

/** Where a root says which folders are protected, as luet's client reads it. */
const FOLDER = 'etc/luet/config.protect.d';

/** Folders that the root's own files and the packages' annotation `config_protect` name, relative to the root. */
export function protectedFolders(root: RootFolder, packages: readonly PublishedPackage[]): readonly string[] {
  const annotated = packages.flatMap(({ definition }) => (definition.annotations.get('config_protect') ?? '').split(/[\s,]+/));
  return [...new Set([...annotated, ...foldersOfRoot(root)].filter((folder) => folder !== '').map(normalPath))];
}

function foldersOfRoot(root: RootFolder): readonly string[] {
  const { path } = root.locate(`${FOLDER}/file`);
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (root.stat(folder)?.isDirectory() !== true) return [];
  const names = readdirSync(root.onDisk(folder)).filter((name) => /\.ya?ml$/.test(name)).toSorted();
  return names.flatMap((name) => (root.stat(`${folder}/${name}`)?.isFile() === true ? foldersOf(readFileSync(root.onDisk(`${folder}/${name}`), 'utf8'), `/${folder}/${name}`) : []));
}

function foldersOf(text: string, file: string): readonly string[] {
  const { root, problems } = parseYaml({ text, file });
  const [problem] = problems.filter(({ severity }) => severity === 'error');
  const list = root?.kind === 'mapping' ? root.entries.find(({ key }) => key.text === 'dirs')?.value : undefined;
  if (problem !== undefined || root === undefined) throw new ClientError('format', `The file ${file} does not say which folders are protected.`, { found: problem?.message ?? 'an empty file', expected: 'name, desc and a list "dirs"' });
  if (list === undefined) return [];
  if (list.kind !== 'sequence') throw new ClientError('format', `The key "dirs" of ${file} is no list.`, { expected: 'a list of folders' });
  return list.items.flatMap((item) => (item.kind === 'scalar' ? [item.text] : []));
}

/** The first free name of the form `._cfg0001_<name>` in the folder of a file. */
export function protectedName(path: string, isTaken: (path: string) => boolean): string {
  const slash = path.lastIndexOf('/');
  for (let number = 1; number <= 9999; number += 1) {
    const candidate = `${path.slice(0, slash + 1)}._cfg${String(number).padStart(4, '0')}_${path.slice(slash + 1)}`;
    if (!isTaken(candidate)) return candidate;
  }
  throw new ClientError('file-conflict', `There are 9999 versions beside /${path} already.`, { hint: 'Look through them and remove them.' });
}
