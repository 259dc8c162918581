// `npm run conformance`: the real code against what the original programs answered. Without options: the vectors in the fixtures of
// the packages. Exit codes: 0 all passed, 1 some failed, 2 the request is wrong.

import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findSuites } from './find-suites.ts';
import { cosTreeSuites } from './trees/cos-trees.ts';
import { formatFailure, runSuites } from './vector.ts';
import type { Suite } from './vector.ts';

const usage = `Usage: npm run conformance -- [--vectors DIR]... [--cos-trees DIR] [--verbose]

Without options all vectors in the fixtures of the packages are run.
  --vectors DIR    run the vectors of a folder, of any of the kinds that the fixtures have
  --cos-trees DIR  load, render, check and tag the package trees in a git checkout of cOS-toolkit
  --verbose        name the files, and how many vectors each has`;

const checkout = resolve(import.meta.dirname, '../..');
const fixtures = ['core/go-template', 'core/luet', 'core/archive'].map((folder) => join(checkout, folder, 'test/fixtures'));

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options;
  try {
    options = parseArgs({
      args: [...args],
      options: { vectors: { type: 'string', multiple: true }, 'cos-trees': { type: 'string' }, verbose: { type: 'boolean' }, help: { type: 'boolean' } },
    }).values;
  } catch (error) {
    return refuse(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
  if (options.help === true) {
    print(usage);
    return 0;
  }
  const base = process.env['INIT_CWD'] ?? process.cwd();
  const trees = options['cos-trees'];
  const folders = options.vectors?.map((folder) => resolve(base, folder)) ?? (trees === undefined ? fixtures : []);
  for (const folder of folders) if (!existsSync(folder) || !statSync(folder).isDirectory()) return refuse(`"${folder}" is no folder.`);
  const found = folders.map(findSuites);
  const suites = [...withoutCopies(found.flatMap((one) => one.suites)), ...(trees === undefined ? [] : await cosTreeSuites(resolve(base, trees)))];
  for (const path of found.flatMap((one) => one.unknown)) print(`SKIPPED ${path}: no vectors of a known kind`);
  if (suites.length === 0) return refuse(`There are no vectors in ${folders.join(', ')}.`);
  if (options.verbose === true) for (const { file, vectors } of suites) print(`${String(vectors.length).padStart(5)}  ${file}`);
  const { passed, failures } = await runSuites(suites);
  for (const failure of failures) print(formatFailure(failure));
  print(`${passed} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

/** Packages that need the same vectors keep a copy each. */
function withoutCopies(suites: readonly Suite[]): Suite[] {
  return [...new Map(suites.toReversed().map((suite) => [suite.file, suite])).values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function refuse(text: string): number {
  process.stderr.write(`${text}\n`);
  return 2;
}
