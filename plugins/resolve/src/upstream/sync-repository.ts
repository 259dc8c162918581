import { mkdir, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { ArchiveError, extractTar } from '@cos/archive';
import { ClientError, openSources, openTransport } from '@cos/client';
import { CosError, type PinContext } from '@cos/core';
import { createRegistry, hostSettings } from '@cos/registry';
import type { RepositoryAnswer, RepositoryDetails } from '../pins/repository.ts';
import type { ResolveOptions } from '../options.ts';
import { explainClientError, problemOf } from './problem.ts';
import { recordBuilds } from './published-builds.ts';
import { refuseLinks } from './refuse-links.ts';

export type RepositoryContext = Pick<PinContext<ResolveOptions, RepositoryAnswer, RepositoryDetails>, 'details' | 'env' | 'scratch' | 'source' | 'keep' | 'signal'>;

/** Names in the files that are kept. */
export const TREE = 'tree';
export const BUILDS = 'builds.json';

/**
 * Reads trees and index of a repository, everything verified, and keeps them. `pinned`: the repository must still hold what was looked up then, whatever else
 * was published since.
 */
export async function syncRepository(name: string, context: RepositoryContext, pinned?: RepositoryAnswer): Promise<RepositoryAnswer> {
  const { details, scratch, signal } = context;
  const registry = createRegistry(hostSettings(context.env));
  const folder = join(scratch, 'repository');
  await rm(folder, { recursive: true, force: true });
  try {
    // What a repository holds for building is the same for every platform; only packages are of one.
    const locate = (path: string): string => (isAbsolute(path) ? path : context.source(path));
    const transports = details.urls.map((url) => openTransport({ type: details.type, url, locate, registry }));
    const { file, packages, tree, place } = await openSources({ name, transports, signal, ...(details.reference === undefined ? {} : { reference: details.reference }) });
    await mkdir(join(folder, TREE), { recursive: true });
    try {
      await extractTar(tree, join(folder, TREE));
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      throw new CosError(problemOf('COS_RESOLVE_UPSTREAM_CORRUPT', `The compilertree ${file.files.compilertree?.filename ?? ''} of ${place} cannot be unpacked: ${error.message}.`, 'Tell who publishes the repository.'));
    }
    await refuseLinks(join(folder, TREE), place);
    await writeFile(join(folder, BUILDS), recordBuilds(packages));
    const files = await context.keep(folder);
    const answer = { revision: file.revision, compilertree: file.files.compilertree?.sha256 ?? '', index: file.files.meta.sha256, files };
    if (pinned !== undefined && pinned.files !== files) throw new CosError(refuseOther(name, pinned, answer));
    return answer;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    throw new CosError(explainClientError(name, error));
  } finally {
    await registry.close();
  }
}

function refuseOther(name: string, pinned: RepositoryAnswer, found: RepositoryAnswer): ReturnType<typeof problemOf> {
  const objects = (['compilertree', 'index'] as const).filter((each) => pinned[each] !== found[each]);
  const what = objects.length === 0 ? 'its trees differ' : `${objects.join(' and ')} differ${objects.length === 1 ? 's' : ''}`;
  return problemOf(
    'COS_RESOLVE_UPSTREAM_CHANGED',
    `Expected the repository "${name}" as cos.lock has it, revision ${pinned.revision}; found revision ${found.revision}: ${what}.`,
    found.revision === pinned.revision
      ? 'Nobody has published a new revision, so it was damaged or tampered with. Ask who publishes it.'
      : `Take what is new with \`cos lock --update ${name}\` (without a config: take its entry out of cos.lock), or stay with a snapshot: reference: '<id>-repository.yaml'.`,
  );
}
