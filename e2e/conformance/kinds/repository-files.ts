// luet/examples/: files of repositories as luet wrote them. Each must be read without a problem, and what is written from the result
// must read back as the same.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTree, readIndex, readMetadata, readRepository, writeIndex, writeMetadata, writeRepository, writeTreeDefinition } from '@cos/luet';
import type { PackageDefinition, Problem } from '@cos/luet';
import { compare } from '../vector.ts';
import type { Mismatch, Vector } from '../vector.ts';

/** Undefined for a file that is none of a repository. `file` is relative to `folder`. */
export function repositoryFile(folder: string, file: string): Vector | undefined {
  const check = checks.find(([pattern]) => pattern.test(file))?.[1];
  if (check === undefined) return undefined;
  return { name: file, check: () => check(readFileSync(join(folder, file), 'utf8'), file) };
}

type Check = (text: string, file: string) => Mismatch[] | Promise<Mismatch[]>;

const checks: readonly (readonly [RegExp, Check])[] = [
  [/(?:^|\/)(?:\d+-)?repository\.yaml$/, (text, file) => checkRepository(text, file)],
  [/(?:^|\/)repository\.meta\.yaml$/, (text, file) => checkIndex(text, file)],
  [/(?:^|\/)metadata\.[^/]*\.yaml$/, (text, file) => checkMetadata(text, file)],
  [/(?:^|\/)(?:tree-)?definition\.yaml$/, (text) => checkTreeDefinition(text)],
];

function checkRepository(text: string, file: string): Mismatch[] {
  const { repository, problems } = readRepository(text, file);
  if (repository === undefined) return compare('problems', [], problems);
  return [...compare('problems', [], problems), ...compare('written and read again', repository, readRepository(writeRepository(repository), file).repository)];
}

function checkMetadata(text: string, file: string): Mismatch[] {
  const { metadata, problems } = readMetadata(text, file);
  if (metadata === undefined) return compare('problems', [], problems);
  const again = readMetadata(writeMetadata(metadata), file);
  return [...compare('problems', [], [...problems, ...again.problems]), ...compare('written and read again', withoutPlaces(metadata), withoutPlaces(again.metadata))];
}

function checkIndex(text: string, file: string): Mismatch[] {
  const { archives, problems } = readIndex(text, file);
  const again = readIndex(writeIndex(archives), file);
  return [
    ...compare('problems', [], [...problems, ...again.problems]),
    ...compare('has archives', true, archives.length > 0),
    ...compare('written and read again', withoutPlaces(archives), withoutPlaces(again.archives)),
  ];
}

async function checkTreeDefinition(text: string): Promise<Mismatch[]> {
  const first = await readDefinition(text);
  if (first.definition === undefined) return compare('problems', [], first.problems);
  const again = await readDefinition(writeTreeDefinition(first.definition));
  return [
    ...compare('problems', [], [...first.problems, ...again.problems]),
    ...compare('written and read again', withoutPlaces(first.definition), withoutPlaces(again.definition)),
  ];
}

async function readDefinition(text: string): Promise<{ readonly definition: PackageDefinition | undefined; readonly problems: readonly Problem[] }> {
  const reader = { readFile: () => Promise.resolve(text), list: () => Promise.resolve([{ name: 'definition.yaml', kind: 'file' as const }]) };
  const tree = await loadTree({ roots: ['tree'], reader });
  return { definition: tree.packages[0]?.definition, problems: tree.problems };
}

/** The same without lines and columns. */
function withoutPlaces(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, withoutPlaces(item)]));
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'at').map(([key, item]) => [key, withoutPlaces(item)]));
}
