// Writes values.gen.ts of each distribution from its values files, so that the editor knows a preset's values: `npm run generate`. With --check nothing is
// written, and the exit code is 1 when a file is not as it would be written. Comments above a key become its documentation.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readDistribution } from './src/distributions/read-distribution.ts';

const folder = new URL('src/distributions/', import.meta.url);
const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
const stale = names.filter((name) => {
  const file = new URL(`${name}/values.gen.ts`, folder);
  const text = generate(name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  return true;
});
for (const name of stale) process.stdout.write(`src/distributions/${name}/values.gen.ts\n`);
if (process.argv.includes('--check') && stale.length > 0) {
  process.stderr.write('These files do not fit to the values files: run `npm run generate -w templates`.\n');
  process.exitCode = 1;
}

function generate(name) {
  const index = new URL(`${name}/index.ts`, folder);
  const { values, platforms } = readDistribution(index.href);
  const resolved = Object.values(platforms).map((platform) => overlay(values, platform));
  const keys = [...new Set(resolved.flatMap((each) => Object.keys(each)))];
  const comments = ['values.yaml', 'values.amd64.yaml', 'values.arm64.yaml'].map((file) => commentsOf(readFileSync(new URL(file, index), 'utf8')));
  const fields = keys.flatMap((key) => {
    const samples = resolved.filter((each) => key in each).map((each) => each[key]);
    const comment = comments.map((found) => found.get(key)).find((found) => found !== undefined);
    const type = key === 'base' ? 'BaseImage' : typeOf(samples, '  ');
    return [...(comment === undefined ? [] : [`  /** ${comment.replaceAll('*/', '*\\/')} */`]), `  readonly ${nameOf(key)}${samples.length < resolved.length ? '?' : ''}: ${type};`];
  });
  return [
    '// Generated from the values files beside it by `npm run generate`: change those.',
    '',
    ...(keys.includes('base') ? ["import type { BaseImage } from '../base-image.ts';", ''] : []),
    `/** Values of the distribution "${name}", as templates see them. */`,
    // An alias, because those fit to maps of unknown values without being one: a misspelt value stays an error.
    `export type ${name.charAt(0).toUpperCase()}${name.slice(1)}Values = {`,
    ...fields,
    '};',
    '',
  ].join('\n');
}

function overlay(lower, upper) {
  const entries = Object.entries(upper).map(([key, above]) => [key, isMap(lower[key]) && isMap(above) ? overlay(lower[key], above) : above]);
  return { ...lower, ...Object.fromEntries(entries) };
}

function typeOf(samples, indent) {
  const lists = samples.filter(Array.isArray);
  const maps = samples.filter(isMap);
  const scalars = samples.filter((sample) => !Array.isArray(sample) && !isMap(sample)).map((sample) => (sample === null ? 'null' : typeof sample));
  const items = lists.flat();
  return [
    ...new Set(scalars),
    // An empty list says nothing of its items: lists of values are lists of texts.
    ...(lists.length === 0 ? [] : [`readonly ${bracketed(items.length === 0 ? 'string' : typeOf(items, indent))}[]`]),
    ...(maps.length === 0 ? [] : [mapType(maps, indent)]),
  ].join(' | ');
}

function mapType(maps, indent) {
  const keys = [...new Set(maps.flatMap((map) => Object.keys(map)))];
  const fields = keys.map((key) => {
    const samples = maps.filter((map) => key in map).map((map) => map[key]);
    return `${indent}  readonly ${nameOf(key)}${samples.length < maps.length ? '?' : ''}: ${typeOf(samples, `${indent}  `)};`;
  });
  return `{\n${fields.join('\n')}\n${indent}}`;
}

function bracketed(type) {
  return /[ |]/.test(type) ? `(${type})` : type;
}

function nameOf(key) {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

function isMap(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Comments directly above the keys of the top level. */
function commentsOf(text) {
  const found = new Map();
  let comment = [];
  for (const line of text.split('\n')) {
    const key = /^([A-Za-z_][\w-]*):/.exec(line)?.[1];
    if (key !== undefined && comment.length > 0) found.set(key, comment.join(' '));
    comment = line.startsWith('# ') ? [...comment, line.slice(2)] : [];
  }
  return found;
}
