import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, hexOf, one, optional } from '@cos/core';
import { containerImage, packageArchive, packageManifest, packageMetadata, packageRecipe } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { chooseContent } from '../choose-content.ts';
import { COMPRESSOR } from '../compressor.ts';
import { readPackageDefinition } from '../definition.ts';
import { excludesOf } from '../excludes/excludes-of.ts';
import { describeLost } from '../lost-changes.ts';
import { describePackage } from '../metadata.ts';
import { defineStage } from '../options.ts';
import { parseRecipe } from '../recipe.ts';
import { writeArchive } from '../write-archive.ts';

/** The archive of a package, cut out of its images as its recipe says, and beside it the metadata and the manifest of what is in it. */
export const archive = defineStage({
  description: 'cut the archive of a package out of its images',
  version: 3,
  cache: 'content',
  inputs: {
    recipe: one(packageRecipe),
    /** The definition.yaml or collection.yaml of the package: what it requires when it is installed. Without it, nothing. */
    definition: optional(fileTree),
    /** What the steps started from; needed for packages that are what their steps add. */
    builder: optional(containerImage),
    /** Needed for all packages with content. */
    image: optional(containerImage),
  },
  outputs: { archive: packageArchive, metadata: packageMetadata, manifest: packageManifest },
  options: z.object({
    /** What compresses; there is one, and it is an option for the fingerprint alone, because another version may give other bytes. */
    compressor: z._default(z.literal(COMPRESSOR), COMPRESSOR),
  }),
  async run({ inputs, plugin, emit, log, scratch, signal, sourceDateEpoch }) {
    const recipe = parseRecipe(await readFile(await inputs.recipe.path(), 'utf8'));
    const { category, name, version } = recipe;
    const { compression, level } = plugin;
    const path = await inputs.definition?.path();
    const definition = path === undefined ? undefined : await readPackageDefinition(await readFile(path, 'utf8'), recipe);
    const excludes = [...recipe.excludes, ...excludesOf(recipe, plugin)];
    const content = await chooseContent({ recipe: { ...recipe, excludes }, builder: inputs.builder, image: inputs.image });
    const lost = describeLost(content.lost);
    if (lost !== undefined) log.warn(lost);
    const archivePath = join(scratch, 'package.tar');
    const manifestPath = join(scratch, 'manifest.ndjson');
    const { files } = await writeArchive({ recipe, content, archive: archivePath, manifest: manifestPath, compression, level, epoch: sourceDateEpoch, signal });
    const emitted = await emit.archive(archivePath, { category, name, version, compression });
    const metadataPath = join(scratch, 'metadata.yaml');
    await writeFile(metadataPath, describePackage({ recipe, definition, sha256: hexOf(emitted.digest), files, compression, epoch: sourceDateEpoch }));
    return {
      archive: emitted,
      metadata: await emit.metadata(metadataPath, { category, name, version }),
      manifest: await emit.manifest(manifestPath, { category, name, version }),
    };
  },
});
