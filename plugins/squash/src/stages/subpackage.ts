import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decompress, extractPackage } from '@cos/archive';
import { hexOf, one as port } from '@cos/core';
import { packageArchive, packageManifest, packageMetadata } from '@cos/core/artifacts';
import { formatProblem, isError, readMetadata } from '@cos/luet';
import * as z from 'zod/mini';
import { chooseContent, type ReadableImage } from '../choose-content.ts';
import { COMPRESSOR } from '../compressor.ts';
import { fail } from '../errors.ts';
import { excludesOf } from '../excludes/excludes-of.ts';
import { describeSubpackage } from '../metadata.ts';
import { defineStage } from '../options.ts';
import { parseRecipe } from '../recipe.ts';
import { writeArchive } from '../write-archive.ts';

const texts = z._default(z.array(z.string()), []);
const text = z._default(z.string(), '');
const textMap = z._default(z.record(z.string(), z.string()), {});
const references = z._default(z.array(z.object({ category: z.string(), name: z.string(), version: z.string() })), []);

const subpackageForm = z.object({
  category: z.string(),
  name: z.string(),
  version: z.string(),
  /** What it needs, and cannot stand beside, where it is installed. */
  requires: references,
  conflicts: references,
  provides: references,
  hidden: z._default(z.boolean(), false),
  description: text,
  license: text,
  labels: textMap,
  annotations: textMap,
  includes: texts,
  excludes: texts,
});

/** A package that is cut out of another one's archive by its own filters, with metadata of its own. Its archive has what the other one has, and that keeps it. */
export const subpackage = defineStage({
  description: 'cut a sub-package out of the archive of its package',
  version: 1,
  cache: 'content',
  inputs: { archive: port(packageArchive), manifest: port(packageManifest), metadata: port(packageMetadata) },
  outputs: { archive: packageArchive, metadata: packageMetadata, manifest: packageManifest },
  options: z.object({
    /** Plain data, as the planner of packages answers it. */
    subpackage: z.pipe(z.unknown(), subpackageForm),
    /** As that of the stage `archive`. */
    compressor: z._default(z.literal(COMPRESSOR), COMPRESSOR),
  }),
  async run({ inputs, options: { subpackage: one }, plugin, emit, scratch, signal, sourceDateEpoch }) {
    const { category, name, version } = one;
    const { compression, level } = plugin;
    const { metadata: main, problems } = readMetadata(await readFile(await inputs.metadata.path(), 'utf8'), 'metadata.yaml');
    if (main === undefined) return fail('COS_SQUASH_METADATA', 'The input "metadata" is not the metadata of a package.', { notes: problems.filter(isError).map((problem) => ({ message: formatProblem(problem) })) });
    const excludes = [...one.excludes, ...excludesOf(one, plugin)];
    const recipe = parseRecipe(JSON.stringify({ format: 1, category, name, version, unpack: true, includes: one.includes, excludes }));
    const image: ReadableImage = {
      list: () => inputs.manifest.read(),
      // The same filters choose the same paths: `packageEntries` compares.
      read: () => extractPackage(() => decompress(inputs.archive.read()), { strategy: { kind: 'unpack' }, includes: one.includes, excludes, scratch, epoch: sourceDateEpoch }),
    };
    const content = await chooseContent({ recipe, builder: undefined, image });
    const archivePath = join(scratch, 'package.tar');
    const manifestPath = join(scratch, 'manifest.ndjson');
    await writeArchive({ recipe, content, archive: archivePath, manifest: manifestPath, compression, level, epoch: sourceDateEpoch, signal });
    const emitted = await emit.archive(archivePath, { category, name, version, compression });
    const metadataPath = join(scratch, 'metadata.yaml');
    await writeFile(metadataPath, describeSubpackage({ main, subpackage: one, sha256: hexOf(emitted.digest), compression, epoch: sourceDateEpoch }));
    return {
      archive: emitted,
      metadata: await emit.metadata(metadataPath, { category, name, version }),
      manifest: await emit.manifest(manifestPath, { category, name, version }),
    };
  },
});
