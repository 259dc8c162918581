import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CosError, fileTree, many, optional } from '@cos/core';
import { packageArchive, packageMetadata, textFile } from '@cos/core/artifacts';
import { createRegistry, hostSettings } from '@cos/registry';
import { signatureRepository } from '@cos/trust';
import * as z from 'zod/mini';
import { defineStage } from '../options.ts';
import { platformOf } from '../platform-of.ts';
import { problem } from '../problem.ts';
import { explain } from '../publish/explain.ts';
import { openPlace } from '../publish/open-place.ts';
import { openSigner } from '../publish/index-signer.ts';
import { readPins } from '../publish/pins.ts';
import { publishRepository } from '../publish/publish-repository.ts';
import { nameTrees, readPackages } from '../read-inputs.ts';
import { compression, fileName, snapshotId, treeName } from '../repository-options.ts';

const publishOptions = z.object({
  /** An absolute folder, or `docker:host/path` for an image repository. */
  to: z.string().check(z.minLength(1)),
  name: z.string().check(z.minLength(1)),
  description: z._default(z.string(), ''),
  /** Of a folder: `disk`, or `http` where a web server serves it. An image repository is always `docker`. */
  type: z._default(z.enum(['disk', 'http']), 'disk'),
  /** Where clients find it; default: the place itself. */
  urls: z.optional(z.array(z.string())),
  /** Lower numbers are preferred by clients. */
  priority: z.optional(z.int()),
  treeCompression: z._default(compression, 'gzip'),
  metaCompression: z._default(compression, 'none'),
  treeFilename: z._default(fileName, 'tree.tar'),
  metaFilename: z._default(fileName, 'repository.meta.yaml.tar'),
  treeNames: z.optional(z.array(treeName)),
  fromMetadata: z._default(z.boolean(), false),
  /** Name of the snapshot; default: the time in UTC, `YYYYMMDDhhmmss`. One that a person named is never removed. */
  snapshot: z.optional(snapshotId),
  /** `category/name` of packages of which published versions may get other content. */
  replace: z._default(z.array(z.string()), []),
  /** True: the index is signed with the plugin's key, so that its digests cover everything. Default false. */
  sign: z._default(z.boolean(), false),
  /** Image repository for signatures of an image repository; default: COSIGN_REPOSITORY, or the repository itself. */
  signatures: z.optional(z.string()),
  /** True: the index gets a new revision and time though nothing in it is new, for those who look at its age. Default false. */
  refresh: z._default(z.boolean(), false),
  /** True: the new revision is 1. Who has seen a higher one and wants signed indexes refuses it as old. Default false. */
  resetRevision: z._default(z.boolean(), false),
  /** How many versions of each package the index keeps; default all. */
  retain: z.optional(z.int().check(z.minimum(1))),
  /** How many snapshots stay; default all. With fewer than two, readers would lose what they have begun to read. */
  snapshots: z.optional(z.int().check(z.minimum(2))),
});

/** Adds packages to a repository that is published, or begins one. */
export const publish = defineStage({
  description: 'publish packages to a folder or an image repository',
  version: 1,
  cache: 'never',
  effect: 'publish',
  platform: true,
  inputs: {
    archives: many(packageArchive),
    metadata: many(packageMetadata),
    trees: many(fileTree),
    /** Lock files and configurations, also folders of them, of those who use the repository: what they name stays. */
    locks: many(fileTree),
    /** How the packages came to be, unsigned: a signed statement about the new index is published with it. Only with `sign`. */
    statement: optional(textFile),
  },
  outputs: { report: textFile },
  options: publishOptions,
  secrets: ({ options, plugin }) => (options.sign ? [plugin.key, plugin.password] : []),
  async run({ inputs, options, plugin, reveal, platform, env, emit, scratch, log, signal, sourceDateEpoch }) {
    const packages = await readPackages(inputs, options);
    const trees = await nameTrees(inputs.trees, options.treeNames);
    const pins = readPins((await Promise.all(inputs.locks.map(async (lock) => textsOf(await lock.path())))).flat());
    const work = join(scratch, 'work');
    await mkdir(work);
    const registry = createRegistry(hostSettings(env));
    try {
      const signer = options.sign ? await openSigner({ plugin, reveal, signatures: options.signatures ?? signatureRepository(env) }) : undefined;
      const statement = inputs.statement === undefined ? undefined : await readFile(await inputs.statement.path(), 'utf8');
      if (statement !== undefined && signer === undefined) throw new CosError(problem('COS_REPO_STATEMENT', 'Expected `sign: true` beside the input "statement"; found it off.', 'What nobody signs would count for nothing: sign the index as well.'));
      const place = openPlace({ to: options.to, registry, platform: platformOf(platform), scratch: work, signal });
      const { name, description, priority, treeFilename, metaFilename, treeCompression, metaCompression, snapshot, replace, retain, snapshots } = options;
      const publication = await publishRepository({
        place,
        packages,
        trees,
        settings: { name, description, type: place.type === 'images' ? 'docker' : options.type, urls: options.urls ?? [place.name], priority },
        archives: { treeName: treeFilename, metaName: metaFilename, treeCompression, metaCompression },
        snapshot,
        replace,
        retain: { versions: retain, snapshots },
        pins,
        signer,
        statement,
        refresh: options.refresh,
        resetRevision: options.resetRevision,
        now: new Date(),
        mtime: sourceDateEpoch,
        scratch: work,
        log,
        signal,
      });
      log.info(publication.isNew ? `revision ${publication.revision} of ${name} is published at ${place.name}` : `nothing is new: revision ${publication.revision} of ${name} stays at ${place.name}`);
      const report = join(scratch, 'report.json');
      await writeFile(report, `${JSON.stringify({ place: options.to, ...publication }, null, 2)}\n`);
      return { report: await emit.report(report, {}) };
    } catch (error) {
      signal.throwIfAborted();
      throw explain(error, options.to.replace(/^docker:/, '')) ?? error;
    } finally {
      await registry.close();
    }
  },
});

async function textsOf(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [await readFile(path, 'utf8')];
  return (await Promise.all((await readdir(path)).sort().map(async (name) => textsOf(join(path, name))))).flat();
}
