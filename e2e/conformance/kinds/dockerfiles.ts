// luet/dockerfiles/<tree>/<image id>[-builder].dockerfile: the Dockerfiles of trees/<tree>, with images in the repository `R/cache`.
// The recordings do not say for which target a package was built, and builder images are named after it: the Dockerfile must be the
// one that the package gets for some target of the tree.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeChainImages } from '@cos/luet';
import type { Mismatch, Suite, Vector } from '../vector.ts';
import { folderReader } from '../trees/folder-reader.ts';
import { planTree } from '../trees/plan-tree.ts';

/** `folder` is the one that holds `dockerfiles` and `trees`. */
export function dockerfileSuites(folder: string, name: string): Suite[] {
  return readdirSync(join(folder, 'dockerfiles')).sort().map((tree) => ({
    file: `${name}/${tree}`,
    vectors: readdirSync(join(folder, 'dockerfiles', tree)).sort().map((file): Vector => ({ name: file, check: () => checkDockerfile({ folder, tree, file }) })),
  }));
}

async function checkDockerfile({ folder, tree, file }: { readonly folder: string; readonly tree: string; readonly file: string }): Promise<Mismatch[]> {
  const expected = readFileSync(join(folder, 'dockerfiles', tree, file), 'utf8');
  const { plan, tags } = await planTree({ root: join(folder, 'trees', tree), targets: 'all', reader: folderReader });
  const imageIds = new Map(plan.packages.map((one) => [one.fingerprintName, one.imageId]));
  const images = plan.packages.flatMap((target) => describeChainImages({ plan, tags: tags.tags, target, repository: 'R/cache' }));
  const isBuilder = file.endsWith('-builder.dockerfile');
  const imageId = file.replace(/(?:-builder)?\.dockerfile$/, '');
  const found = images.filter((one) => imageIds.get(one.fingerprintName) === imageId).map(({ dockerfiles }) => (isBuilder ? dockerfiles.builder : dockerfiles.package));
  return found.includes(expected) ? [] : [{ what: 'Dockerfile', expected, found: found.length === 1 ? found[0] : [...new Set(found)] }];
}
