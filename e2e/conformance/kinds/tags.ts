// luet/tags.json and luet/hash-vectors.json: luet's image tags of whole trees, and the intermediate values of their derivation.
// The trees lie beside the file, in `trees/`.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashDirectory, hashSpec, parseYaml, readBuildSpec, readValues, tagChain } from '@cos/luet';
import { compare, hasKeys, isListOf } from '../vector.ts';
import type { Mismatch, Vector, VectorKind } from '../vector.ts';
import { folderReader } from '../trees/folder-reader.ts';
import { planTree } from '../trees/plan-tree.ts';

interface TagCase {
  readonly tree: string;
  readonly target: string;
  readonly values?: string;
  readonly chain: readonly { readonly package: string; readonly tag: string }[];
}

export const tags: VectorKind = ({ absolutePath, content }) => {
  if (!hasKeys(content, ['cases'])) return undefined;
  const { cases } = content as { readonly cases: readonly TagCase[] };
  if (!isListOf(cases, ['tree', 'target', 'chain'])) return undefined;
  const folder = dirname(absolutePath);
  return cases.map((one) => ({
    name: `${one.tree} ${one.target}${one.values === undefined ? '' : ` with ${one.values}`}`,
    check: () => checkTags(one, folder),
  }));
};

async function checkTags({ tree, target, values, chain }: TagCase, folder: string): Promise<Mismatch[]> {
  const files = values === undefined ? [] : [readValues(await readFile(join(folder, values), 'utf8'), values).values];
  const { plan, tags: found } = await planTree({ root: join(folder, 'trees', tree), targets: [target], values: files, reader: folderReader });
  const name = chain.at(-1)?.package ?? target;
  const planned = plan.packages.find((one) => one.role === 'target' && `${one.category}/${one.name}-${one.version}` === name);
  if (planned === undefined) return [{ what: 'target', expected: name, found: plan.packages.map((one) => one.fingerprintName) }];
  const elements = found.tags.get(planned.fingerprintName)?.chain ?? [];
  const names = new Map(plan.rendered.map(({ package: one }) => [one.fingerprintName, `${one.definition.category}/${one.definition.name}-${one.definition.version}`]));
  const actual = elements.map((element) => ({ package: names.get(element.fingerprintName), tag: element.packageHash }));
  return [
    ...compare('problems', [], [...plan.problems, ...found.problems]),
    ...compare('chain', chain.map((element) => ({ package: element.package, tag: element.tag })), actual),
  ];
}

interface HashVectors {
  readonly signature: readonly { readonly name: string; readonly spec: unknown; readonly decimal: string }[];
  readonly dirhash: readonly { readonly dir: string; readonly hash: string }[];
  readonly chain?: {
    readonly order: readonly string[];
    readonly salts: readonly string[];
    readonly packageHash: readonly string[];
    readonly buildHash: readonly string[];
    readonly builderTagOfTarget: string;
  };
}

export const hashes: VectorKind = ({ absolutePath, content }) => {
  if (!hasKeys(content, ['signature', 'dirhash'])) return undefined;
  const { signature, dirhash, chain } = content as HashVectors;
  const folder = dirname(absolutePath);
  const signatures = signature.map(({ name, spec, decimal }): Vector => ({ name: `signature: ${name}`, check: () => compare('decimal', decimal, structuralHash(spec)) }));
  const folders = dirhash.map(({ dir, hash }): Vector => ({
    name: `folder: ${dir}`,
    check: async () => compare('hash', { ok: true, hash }, await hashDirectory(join(folder, dir), folderReader)),
  }));
  return [...signatures, ...folders, ...(chain === undefined ? [] : [{ name: 'chain', check: () => checkChain(chain) }])];
};

function structuralHash(spec: unknown): string {
  const { spec: read } = readBuildSpec(parseYaml({ text: JSON.stringify(spec), file: 'build.yaml' }).root);
  if (read === undefined) throw new Error('the recipe of the vector cannot be read');
  return String(hashSpec(read));
}

function checkChain({ order, salts, packageHash, buildHash, builderTagOfTarget }: NonNullable<HashVectors['chain']>): Mismatch[] {
  const elements = order.map((text, index) => {
    const [, category = '', name = '', version = ''] = /^(.*)\/(.*)-([^-]*)$/.exec(text) ?? [];
    return { category, name, version, salt: salts[index] ?? '' };
  });
  const found = tagChain(elements);
  return [
    ...compare('packageHash', packageHash, found.map((one) => one.packageHash)),
    ...compare('buildHash', buildHash, found.map((one) => one.buildHash)),
    ...compare('builderTagOfTarget', builderTagOfTarget, found.at(-1)?.builderTag),
  ];
}
