// Packages that a program describes by objects, as packages of a tree.

import { writePackageFiles } from '../object/object-files.ts';
import { readPackageObject } from '../object/read-package-object.ts';
import type { ObjectPackage } from '../object/read-package-object.ts';
import { fingerprintName } from '../package/identity.ts';
import { createProblem } from '../problem.ts';
import type { Location, Problem } from '../problem.ts';
import { NO_VALUES } from '../values/value.ts';
import type { LoadTreeOptions, TreePackage } from './load-tree.ts';
import type { FolderPackages } from './read-packages.ts';
import { joinPath } from './reader.ts';
import { reasonOf } from './walk.ts';

/** What a program gives: of the type `PackageObject`, which is checked. */
export interface GivenObject {
  readonly data: unknown;
  /** Where the program makes it. */
  readonly at: Location;
}

export interface GivenPackage extends ObjectPackage {
  /** Of how it is built. */
  readonly problems: readonly Problem[];
}

export async function readObjects({ objects = [], contexts = '', reader }: Pick<LoadTreeOptions, 'objects' | 'contexts' | 'reader'>): Promise<FolderPackages> {
  const read = objects.map(({ data, at }) => ({ at, ...readPackageObject(data, at) }));
  const packages = await Promise.all(
    read.map(async ({ one, at, recipeProblems }): Promise<readonly TreePackage[]> => {
      if (one === undefined) return [];
      const dir = one.context === undefined ? undefined : joinPath(contexts, one.context);
      const missing = dir === undefined ? [] : await checkFolder(dir, one.definition.at, reader);
      const text = writePackageFiles(one).get('finalize.yaml');
      return [
        {
          definition: one.definition,
          fingerprintName: fingerprintName(one.definition),
          dir,
          file: at.file,
          root: at.file,
          isReference: false,
          published: undefined,
          isCollection: false,
          recipe: undefined,
          finalizer: text === undefined ? undefined : { file: at.file, text },
          object: { ...one, problems: [...recipeProblems, ...missing] },
          values: NO_VALUES,
        },
      ];
    }),
  );
  const lost = read.flatMap(({ one, name }) => (one === undefined && name !== '' ? [name] : []));
  return { packages: packages.flat(), lost, problems: read.flatMap(({ problems }) => problems) };
}

async function checkFolder(dir: string, { field, ...at }: Location, reader: LoadTreeOptions['reader']): Promise<Problem[]> {
  try {
    await reader.list(dir);
    return [];
  } catch (error) {
    const place = { ...at, field: { of: field?.of ?? '', path: 'context' } };
    return [createProblem('error', 'LUET_READ_FAILED', `the folder of the context cannot be read: ${reasonOf(error)}`, place)];
  }
}
