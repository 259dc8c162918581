import { CosError, type Diagnostic } from '@cos/core';
import * as z from 'zod/mini';
import { namePattern } from '../dockerfile/name-pattern.ts';
import { failureOf } from '../errors.ts';
import { definePlanner } from '../options.ts';

const options = z.object({
  /** How messages name the package. */
  subject: z.string(),
  /** The items of `retrieve`. */
  globs: z.array(z.string()),
  /** File names of archives. */
  archives: z.array(z.string()),
});

/** Which archives `retrieve` of a recipe means, in their order. What it means of the package's own folder the builder sees for itself. */
export const retrievedArchives = definePlanner({
  description: 'decide which archives a recipe retrieves',
  options,
  async plan({ options: { subject, globs, archives } }): Promise<readonly string[]> {
    const problems: Diagnostic[] = [];
    const tests = globs.flatMap((glob, index) => {
      const test = namePattern(glob);
      if (test === undefined) problems.push(...failureOf('COS_DOCKER_DOCKERFILE_SYNTAX', `retrieve[${index}] of ${subject} is no pattern of names: ${JSON.stringify(glob)}.`, { hint: 'Close brackets, or write a backslash before them.' }).diagnostics);
      return test ?? [];
    });
    if (problems.length > 0) throw new CosError(problems);
    return Promise.resolve(archives.filter((name) => tests.some((test) => test(name))));
  },
});
