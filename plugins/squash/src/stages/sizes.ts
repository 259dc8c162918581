import { stat, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from '@cos/archive';
import { defineArtifact, many, noMeta, noOptions } from '@cos/core';
import { packageArchive, packageManifest } from '@cos/core/artifacts';
import { compareWithBudget, type PackageSize } from '../compare-with-budget.ts';
import { defineStage } from '../options.ts';

/** JSON: sizes of packages, in the order of the inputs. */
export const packageSizes = defineArtifact({ name: 'package-sizes', storage: 'file', meta: noMeta });

/** Sizes of packages and a warning for each that is above its budget. Never cached, so that a run that has nothing to do warns, too. */
export const sizes = defineStage({
  description: 'compare the sizes of packages with their budgets',
  version: 1,
  cache: 'never',
  inputs: { archives: many(packageArchive), manifests: many(packageManifest) },
  outputs: { sizes: packageSizes },
  options: noOptions,
  async run({ inputs, plugin, emit, log, scratch, signal }) {
    const found: PackageSize[] = [];
    for (const [index, archive] of inputs.archives.entries()) {
      signal.throwIfAborted();
      const manifest = inputs.manifests[index];
      if (manifest === undefined) throw new Error('Internal error: an archive came without its manifest');
      let content = 0;
      for await (const { size } of readManifest(createReadStream(await manifest.path(), { signal }))) content += size;
      const { category, name, version } = archive.meta;
      found.push({ category, name, version, content, archive: (await stat(await archive.path())).size });
    }
    for (const warning of found.flatMap((one) => compareWithBudget(one, plugin.budgets))) log.warn(warning);
    const path = join(scratch, 'sizes.json');
    await writeFile(path, `${JSON.stringify(found, null, 2)}\n`);
    return { sizes: await emit.sizes(path, {}) };
  },
});
