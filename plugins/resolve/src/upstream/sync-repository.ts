import { mkdir, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { ArchiveError, extractTar } from '@cos/archive';
import { ClientError, objectTo, openSources, openTransport, type RepositoryTrust } from '@cos/client';
import { CosError, type PinContext } from '@cos/core';
import type { RepositoryFile } from '@cos/luet';
import { createRegistry, hostSettings } from '@cos/registry';
import { findPolicy, policyOf, TrustError } from '@cos/trust';
import type { RepositoryAnswer, RepositoryDetails } from '../pins/repository.ts';
import type { ResolveOptions } from '../options.ts';
import { explainClientError, problemOf, untrusted } from './problem.ts';
import { recordBuilds } from './published-builds.ts';
import { refuseLinks } from './refuse-links.ts';

export type RepositoryContext = Pick<PinContext<ResolveOptions, RepositoryAnswer, RepositoryDetails>, 'details' | 'env' | 'plugin' | 'previous' | 'scratch' | 'source' | 'keep' | 'signal' | 'warn'>;

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
    const trust = trustOf(name, context);
    const { file, packages, tree, place } = await openSources({ name, transports, signal, ...(trust === undefined ? {} : { trust }), ...(details.reference === undefined ? {} : { reference: details.reference }) });
    if (pinned === undefined && details.reference === undefined) refuseOlder({ name, place, trust, previous: context.previous, file });
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
    if (error instanceof TrustError) throw new CosError(untrusted(name, error), { cause: error });
    if (!(error instanceof ClientError)) throw error;
    throw new CosError(explainClientError(name, error));
  } finally {
    await registry.close();
  }
}

/** The policy of the config for a repository. */
function trustOf(name: string, { plugin, details: { urls, type }, warn }: RepositoryContext): RepositoryTrust | undefined {
  const policy = findPolicy(plugin.trust.map(policyOf), [name, ...urls, ...(type === 'docker' ? urls.map((url) => `docker:${url}`) : [])]);
  return policy === undefined || policy.mode === 'off' ? undefined : { ...policy, now: new Date(), warn: (problem) => warn(untrusted(name, problem)) };
}

interface Older {
  readonly name: string;
  readonly place: string;
  readonly trust: RepositoryTrust | undefined;
  readonly previous: RepositoryAnswer | undefined;
  readonly file: RepositoryFile;
}

/** cos.lock has what was seen before: who answers with less may hold something back. */
function refuseOlder({ name, place, trust, previous, file }: Older): void {
  if (previous === undefined) return;
  const isOther = file.revision === previous.revision && file.files.meta.sha256 !== previous.index;
  if (file.revision >= previous.revision && !isOther) return;
  const what = isOther ? 'is another one than that of the same revision' : 'is older than the one';
  objectTo(trust, new TrustError('replay', `repository.yaml of ${place} ${what} that cos.lock has.`, { expected: `revision ${previous.revision} or a later one`, found: `revision ${file.revision}`, hint: `Somebody may hold newer packages back. Ask who publishes it; where ${name} was begun anew on purpose, remove its entry of cos.lock.` }));
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
