import { join } from 'node:path';
import { defineTool } from '@cos/core';
import { solveArguments } from '../bootstrap/arguments.ts';
import { explainBootstrap } from '../bootstrap/explain.ts';
import { basePackages, packagesRequest } from '../bootstrap/options.ts';
import { placeKeyrings } from '../bootstrap/place-keyrings.ts';
import { readSolution, samePackages, solveVariables } from '../bootstrap/solve.ts';
import { definePin, proxiesOf } from '../options.ts';

/** Which packages would go into a bootstrapped base today. The request is a name for the base; nothing is downloaded but the lists of the mirrors. */
export const packages = definePin({
  description: 'versions of the packages of a bootstrapped base',
  answer: basePackages,
  details: packagesRequest,
  placeholder: { packages: {}, pool: {} },
  tools: [defineTool({ name: 'mmdebstrap', packages: { debian: 'mmdebstrap' } })],
  async resolve(_name, { details, previous, exec, env, scratch, source }) {
    const { platform, keyrings, ...content } = details;
    const folder = await placeKeyrings(keyrings.map((path) => source(path)), join(scratch, 'keyrings'));
    const ended = await exec('mmdebstrap', solveArguments(content, { platform, keyrings: folder }), {
      env: { ...proxiesOf(env), ...solveVariables({ content, platform, pinned: undefined }) },
      exits: EVERY_STATUS,
    });
    const solution = readSolution(ended.stderr);
    if (ended.exitCode !== 0 || solution === undefined) throw explainBootstrap(ended);
    // A newer release with the same packages is no news.
    return previous !== undefined && samePackages(previous, solution) ? previous : solution;
  },
});

/** Its whole output is needed to say what went wrong. */
export const EVERY_STATUS: readonly number[] = Array.from({ length: 256 }, (_, status) => status);
