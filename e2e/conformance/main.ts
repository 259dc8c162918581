// `npm run conformance`: the real code against what the original programs answered. Without options: the vectors in the fixtures of
// the packages. Exit codes: 0 all passed, 1 some failed, 2 the request is wrong.

import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findSuites } from './find-suites.ts';
import type { FoundSuites } from './find-suites.ts';
import { cosTreeSuites } from './trees/cos-trees.ts';
import { formatFailure, runSuites } from './vector.ts';
import type { Suite, Tally } from './vector.ts';

const usage = `Usage: npm run conformance -- [--vectors DIR]... [--cos-trees DIR] [--verbose]

Without options all vectors in the fixtures of the packages are run.
  --vectors DIR    run the vectors of a folder, of any of the kinds that the fixtures have
  --cos-trees DIR  load, render, check and tag the package trees in a git checkout of cOS-toolkit
  --verbose        name the files, and how many vectors each has`;

const checkout = resolve(import.meta.dirname, '../..');
const fixtures = ['core/go-template', 'core/luet', 'core/archive'].map((folder) => join(checkout, folder, 'test/fixtures'));

/** The request cannot be carried out as it stands. */
class RefusedRequest extends Error {}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof RefusedRequest)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help === true) {
    print(usage);
    return 0;
  }
  const tallies: Tally[] = [];
  const trees = options['cos-trees'];
  if (options.vectors !== undefined || trees === undefined) {
    const found = options.vectors === undefined ? withoutCopies(fixtures.map(findSuites)) : joinFound(options.vectors.map(toFolder).map(findSuites));
    for (const path of found.unknown) print(`SKIPPED ${path}: no vectors of a known kind`);
    if (found.suites.length === 0) throw new RefusedRequest(`There are no vectors in ${(options.vectors ?? []).join(', ')}.`);
    tallies.push(await report('vectors', found.suites, options.verbose === true));
  }
  if (trees !== undefined) tallies.push(await report('package trees of cOS-toolkit', await openCosTrees(toFolder(trees)), options.verbose === true));
  const passed = tallies.reduce((sum, one) => sum + one.passed, 0);
  const failed = tallies.reduce((sum, one) => sum + one.failures.length, 0);
  print(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { vectors: { type: 'string', multiple: true }, 'cos-trees': { type: 'string' }, verbose: { type: 'boolean' }, help: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new RefusedRequest(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

/** npm changes to the checkout; the user means the folder that the command was given in. */
function toFolder(path: string): string {
  const absolute = resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
  if (statSync(absolute, { throwIfNoEntry: false })?.isDirectory() !== true) throw new RefusedRequest(`"${path}" is no folder.`);
  return absolute;
}

async function openCosTrees(folder: string): Promise<Suite[]> {
  try {
    return await cosTreeSuites(folder);
  } catch (error) {
    throw new RefusedRequest(`"${folder}" cannot be read as a git repository: ${error instanceof Error ? error.message.trim() : String(error)}`);
  }
}

async function report(title: string, suites: readonly Suite[], isVerbose: boolean): Promise<Tally> {
  if (isVerbose) for (const { file, vectors } of suites) print(`${String(vectors.length).padStart(5)}  ${file}`);
  const tally = await runSuites(suites);
  for (const failure of tally.failures) print(formatFailure(failure));
  print(`${title}: ${tally.passed} of ${tally.passed + tally.failures.length} as expected`);
  return tally;
}

function joinFound(found: readonly FoundSuites[]): FoundSuites {
  return { suites: found.flatMap((one) => one.suites), unknown: found.flatMap((one) => one.unknown) };
}

/** Packages that need the same vectors keep a copy each. */
function withoutCopies(found: readonly FoundSuites[]): FoundSuites {
  const { suites, unknown } = joinFound(found);
  const unique = new Map(suites.toReversed().map((suite) => [suite.file, suite]));
  return { suites: [...unique.values()].sort((a, b) => (a.file < b.file ? -1 : 1)), unknown };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
