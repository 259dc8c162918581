import { CosError, type Origin } from '@cos/core';
import * as z from 'zod/mini';
import { definePlanner } from '../options.ts';
import { checkMounts, secretIds } from '../step-mounts.ts';

const options = z.object({
  /** Packages whose images are built. */
  packages: z.array(
    z.object({
      /** `app/tool@1.0`. */
      id: z.string(),
      /** Commands with mounts, by their names in the recipe (`steps[1]`), as they stand behind RUN. */
      steps: z.record(z.string(), z.string()),
      /** Where they were written; messages alone show it. */
      origins: z._default(z.record(z.string(), z.custom<Origin>()), {}),
    }),
  ),
});

/**
 * Whether the steps of packages can have what they mount. Answers the ids of the secrets of each package, sorted, for the option of the stage `image`. All
 * problems are told together.
 */
export const stepMounts = definePlanner({
  description: 'check what steps of packages mount',
  options,
  async plan({ options: { packages }, plugin }): Promise<Readonly<Record<string, readonly string[]>>> {
    const problems = packages.flatMap(({ id, steps, origins }) => Object.entries(steps).flatMap(([part, text]) => checkMounts({ subject: id, part, text, origin: origins[part] }, plugin)));
    if (problems.length > 0) throw new CosError(problems);
    return Promise.resolve(Object.fromEntries(packages.map(({ id, steps }) => [id, secretIds(Object.values(steps))])));
  },
});
