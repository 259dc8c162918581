import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { codes as engineCodes } from '../src/errors/codes.ts';

// The tables of codes, the code that uses them and docs/errors.md cannot drift apart. The engine has its table in errors/codes.ts, every other package by
// convention in src/codes.ts as `export const codes = {...} as const`.

const root = fileURLToPath(new URL('../../../', import.meta.url));
const owners = ['core', 'plugins'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)).concat('templates');
// Errors of the library that drives virtual machines are told where they are thrown; the command never shows them.
const ownPage = new Set(['core/machine']);

const tables = new Map<string, Readonly<Record<string, string>>>([['core/engine', engineCodes]]);
for (const owner of owners) {
  const file = join(root, owner, 'src/codes.ts');
  if (existsSync(file)) tables.set(owner, (await import(pathToFileURL(file).href)).codes);
}
const known = new Map([...tables].flatMap(([owner, table]) => Object.keys(table).map((code) => [code, owner] as const)));
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const sections = page.split(/^### /m).slice(1).map((text) => ({ code: text.split('\n')[0] ?? '', body: text.split('\n').slice(1).join('\n').split(/^## /m)[0]?.trim() ?? '' }));

test('every code has a section that says what it means and what to do', () => {
  const titles = new Set(sections.map(({ code }) => code));
  expect([...known.keys()].filter((code) => !titles.has(code))).toEqual([]);
  expect(sections.filter(({ body }) => body.split('\n\n').length < 2).map(({ code }) => code)).toEqual([]);
});

test('every section is about a code that there is, each once', () => {
  expect(sections.map(({ code }) => code).filter((code) => !known.has(code))).toEqual([]);
  expect(new Set(sections.map(({ code }) => code)).size).toBe(sections.length);
});

test('no two packages mean different things by one code', () => {
  expect(known.size).toBe([...tables.values()].reduce((sum, table) => sum + Object.keys(table).length, 0));
});

test('every code that a source names is in a table', () => {
  const unknown = owners.flatMap((owner) => {
    if (ownPage.has(owner)) return [];
    const used = listSources(join(root, owner, 'src')).flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'(COS_[A-Z0-9]+_[A-Z0-9_]*[A-Z0-9])'/g)].map((match) => match[1] ?? ''));
    return [...new Set(used)].filter((code) => !known.has(code)).map((code) => `${code} in ${owner}`);
  });
  expect(unknown).toEqual([]);
});

test('every code of the engine is used', () => {
  const text = listSources(join(root, 'core/engine/src')).filter((file) => !file.endsWith('errors/codes.ts')).map((file) => readFileSync(file, 'utf8')).join('\n');
  expect(Object.keys(engineCodes).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});

test('codes are words of one form', () => {
  expect([...known.keys()].filter((code) => !/^COS_[A-Z]+(?:_[A-Z0-9]+)+$/.test(code))).toEqual([]);
});

function listSources(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map((entry) => join(entry.parentPath, entry.name));
}
