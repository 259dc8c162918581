import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGoTemplateRender, loadTree, parseYaml, planPackages, valuesFromJson } from '@cos/luet';
import { duration, medianOf, type Figure } from './measure.ts';

/** Load, render and solve a synthetic tree, against reading and YAML-parsing the same files. */
export async function benchTrees(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const size of [100, 1000, 5000]) figures.push(await benchTree(size));
  return figures;
}

async function benchTree(size: number): Promise<Figure> {
  const root = mkdtempSync(join(tmpdir(), 'cos-bench-tree-'));
  try {
    const files = writeTree(root, size);
    const rounds = size > 1000 ? 1 : 3;
    const floor = await medianOf(rounds, () => {
      for (const file of files) parseYaml({ text: readFileSync(file, 'utf8'), file });
    });
    const value = await medianOf(rounds, async () => {
      const reader = {
        readFile: (path: string) => readFile(path, 'utf8'),
        list: async (path: string) => readdirSync(path, { withFileTypes: true }).map((entry) => ({ name: entry.name, kind: entry.isDirectory() ? ('directory' as const) : ('file' as const) })),
      };
      const tree = await loadTree({ roots: [root], reader });
      const plan = planPackages({ tree, targets: 'all', values: [valuesFromJson({ word: 'x' })], render: createGoTemplateRender() });
      if (plan.packages.length !== size || plan.problems.length > 0) throw new Error(`the synthetic tree planned to ${plan.packages.length} packages with ${plan.problems.length} problems`);
    });
    return duration(`load, render and solve ${size} packages`, value, floor);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Each package requires up to three earlier ones, as far apart as real trees have them. */
function writeTree(root: string, size: number): readonly string[] {
  const files: string[] = [];
  for (let index = 0; index < size; index += 1) {
    const folder = join(root, `p${index}`);
    mkdirSync(folder);
    const requires = [...new Set([index >> 1, index >> 2, index >> 3])].filter((other) => other < index);
    const lines = requires.map((other) => `- category: t\n  name: p${other}\n  version: ">=0"\n`).join('');
    files.push(join(folder, 'definition.yaml'), join(folder, 'build.yaml'));
    writeFileSync(join(folder, 'definition.yaml'), `category: t\nname: p${index}\nversion: "1.${index}"\ndescription: number ${index}\n`);
    writeFileSync(join(folder, 'build.yaml'), `${requires.length === 0 ? 'image: base\n' : `requires:\n${lines}`}steps:\n- echo "{{ .Values.word }} ${index}" > /p${index}\n- touch /q${index}\n`);
  }
  return files;
}
