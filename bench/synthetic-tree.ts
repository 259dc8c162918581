import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the packages of a synthetic tree require each other. */
export type Shape =
  /** Each up to three earlier ones, as far apart as real trees have them. */
  | 'wide'
  /** Each the one before it. */
  | 'line';

export interface SyntheticTree {
  readonly root: string;
  readonly packages: number;
  /** Requirements of all packages. */
  readonly edges: number;
}

export function writeTree(root: string, packages: number, shape: Shape): SyntheticTree {
  let edges = 0;
  for (let index = 0; index < packages; index += 1) {
    const folder = join(root, `p${index}`);
    mkdirSync(folder);
    const requires = requirementsOf(index, shape);
    edges += requires.length;
    const lines = requires.map((other) => `- category: t\n  name: p${other}\n  version: ">=0"\n`).join('');
    writeFileSync(join(folder, 'definition.yaml'), `category: t\nname: p${index}\nversion: "1.${index}"\ndescription: number ${index}\n`);
    writeFileSync(join(folder, 'build.yaml'), `${requires.length === 0 ? 'image: base\n' : `requires:\n${lines}`}steps:\n- echo "{{ .Values.word }} ${index}" > /p${index}\n- touch /q${index}\n`);
  }
  return { root, packages, edges };
}

function requirementsOf(index: number, shape: Shape): readonly number[] {
  const wished = shape === 'line' ? [index - 1] : [index >> 1, index >> 2, index >> 3];
  return [...new Set(wished)].filter((other) => other >= 0 && other < index);
}
