import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFolderReader, createGoTemplateRender, loadTree, planPackages, valuesFromJson } from '@cos/luet';
import { parsePlainYaml } from './yaml.ts';

/** What is measured: everything between the files of a tree and the order in which its packages are built. */
export async function planTree(root: string, packages: number): Promise<unknown> {
  const tree = await loadTree({ roots: [root], reader: createFolderReader({ roots: [root] }) });
  const plan = planPackages({ tree, targets: 'all', values: [valuesFromJson({ word: 'x' })], render: createGoTemplateRender() });
  const found = plan.packages.length;
  const problems = plan.problems.length;
  if (found !== packages || problems > 0) throw new Error(`the synthetic tree of ${packages} packages planned to ${found} with ${problems} problems`);
  return plan;
}

/** The floor: the same files, each read and parsed by js-yaml as it comes. */
export function parseTree(root: string): readonly unknown[] {
  return readdirSync(root).flatMap((name) => ['definition.yaml', 'build.yaml'].map((file) => parsePlainYaml(readFileSync(join(root, name, file), 'utf8'))));
}
