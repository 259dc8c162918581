// The folder's part in a package's tag. A package of an object has no such folder, so its tags are those of the folder that luet would
// read it from: the files of its context, and the files of a package as they are written here.

import { writePackageFiles } from '../object/object-files.ts';
import { PACKAGE_FILES } from '../object/read-context.ts';
import type { TreePackage } from '../tree/load-tree.ts';
import { hashDirectory } from './directory-hash.ts';
import type { BytesReader, DirectoryHashResult } from './directory-hash.ts';

export function hashPackage({ dir, object }: Pick<TreePackage, 'dir' | 'object'>, reader: BytesReader): Promise<DirectoryHashResult> {
  if (object === undefined) return hashDirectory(dir, reader);
  return hashDirectory(dir, reader, { texts: new Map([...object.files, ...writePackageFiles(object)]), without: PACKAGE_FILES });
}
