import { basename } from 'node:path';
import { CosError, type ArtifactRef, type FileTree } from '@cos/core';
import type { Repository, TextFile } from '@cos/core/artifacts';
import type { DeclaredEntry } from '@cos/plugin-resolve';
import type { TargetCode } from '../codes.ts';
import { sayHowAdded } from './attest.ts';
import type { StandardContext } from './context.ts';
import { json } from './json.ts';
import { archivesOf, buildPackages, type BuiltArchive } from './packages.ts';
import type { Sharing } from './shared-images.ts';

/** What a repository says of itself and how it is made; all of it has a default. */
export interface RepositoryRequest {
  /** Default: the derivative's name. */
  readonly name?: string;
  readonly description?: string;
  /** `disk`: a folder (default); `http`: one that a web server serves; `docker`: images. Publishing knows it from the place: there it is `disk` or `http`. */
  readonly type?: 'disk' | 'http' | 'docker';
  /** Where clients find it. */
  readonly urls?: readonly string[];
  /** Lower numbers are preferred by clients. */
  readonly priority?: number;
  /** Default `gzip`. */
  readonly treeCompression?: 'none' | 'gzip' | 'zstd';
  /** Default `none`. */
  readonly metaCompression?: 'none' | 'gzip' | 'zstd';
}

export interface PublishingRequest {
  /** An absolute folder, or `docker:host/path`; with several derivatives or platforms each has its own place below. */
  readonly to?: string;
  /** For `publish-images`: another image repository, `docker:host/path`. */
  readonly images?: string;
  /** How many versions of each package stay; default all. */
  readonly retain?: number;
  /** How many snapshots stay, at least 2; default all. */
  readonly snapshots?: number;
  /** True: the index is signed with the key of `sign`, so that its digests cover everything. Default false. */
  readonly sign?: boolean;
  /** True: what is published has a signed statement of how it came to be, and images have bills of materials, too. The index is signed as well. Default false. */
  readonly attest?: boolean;
  /** Image repository, `host/path`, for signatures of an image repository, and for what is attached to images; default: the repository itself. */
  readonly signatures?: string;
  /** Files and folders of the workspace: packages and snapshots that they name stay. */
  readonly locks?: readonly string[];
}

/** All packages of the derivative, as a repository folder. */
export async function createRepository(context: StandardContext, title: string, request: RepositoryRequest, sharing?: Sharing): Promise<ArtifactRef<Repository>> {
  const { archives, metadata, trees, treeNames } = await contentOf(context, title, sharing);
  const { name = context.derivative.name, urls, ...options } = request;
  return context.use.repo.create({
    name: context.derivative.name,
    inputs: { archives, metadata, trees },
    options: { name, treeNames, ...(urls === undefined ? {} : { urls: [...urls] }), ...options },
  }).repository;
}

/** Adds all packages of the derivative to a repository that is published, or begins one. */
export async function publishRepository(
  context: StandardContext,
  title: string,
  { repository, publishing, snapshot, replace, refresh = false, resetRevision = false, sharing }: { readonly repository: RepositoryRequest; readonly publishing: PublishingRequest; readonly snapshot: string | undefined; readonly replace: readonly string[]; readonly refresh?: boolean; readonly resetRevision?: boolean; readonly sharing: Sharing },
): Promise<ArtifactRef<TextFile>> {
  const { archives, metadata, trees, treeNames } = await contentOf(context, title, sharing);
  const { name = context.derivative.name, urls, type, ...options } = repository;
  const { locks = [], retain, snapshots, attest = false, sign = false, signatures } = publishing;
  const statement = attest ? { statement: sayHowAdded(context, await createRepository(context, title, repository, sharing)) } : {};
  return context.use.repo.publish({
    name: context.derivative.name,
    inputs: { archives, metadata, trees, locks: locks.map((lock) => context.source(lock)), ...statement },
    options: {
      to: placeOf(context, publishing.to),
      name,
      treeNames,
      ...(type === 'http' ? { type } : {}),
      ...(urls === undefined ? {} : { urls: [...urls] }),
      ...options,
      ...(snapshot === undefined ? {} : { snapshot }),
      replace: [...replace],
      sign: sign || attest,
      refresh,
      resetRevision,
      ...(signatures === undefined ? {} : { signatures }),
      ...(retain === undefined ? {} : { retain }),
      ...(snapshots === undefined ? {} : { snapshots }),
    },
  }).report;
}

function placeOf({ scope }: StandardContext, to: string | undefined): string {
  if (to === undefined) {
    throw new CosError({
      code: 'COS_PLAN_PUBLISH' satisfies TargetCode,
      severity: 'error',
      message: 'Nothing says where to publish to.',
      hint: 'Name a folder or an image repository: `cos publish --to docker:registry.example/os/repository`, or standardTargets({ publish: { to: … } }).',
    });
  }
  return scope === undefined ? to : `${to}/${scope}`;
}

interface Content {
  readonly archives: readonly BuiltArchive['archive'][];
  readonly metadata: readonly BuiltArchive['metadata'][];
  readonly trees: readonly ArtifactRef<FileTree>[];
  readonly treeNames: string[];
}

async function contentOf(context: StandardContext, title: string, sharing: Sharing | undefined): Promise<Content> {
  const { source, derivative } = context;
  const { wanted } = await buildPackages(context, { packages: 'all', title, sharing });
  const archives = archivesOf(wanted);
  const declared = wanted.flatMap(({ entry }) => (entry.declared === undefined ? [] : [entry]));
  const own = declared.length === 0 ? [] : [{ name: DECLARED_TREE, tree: treeOf(context, declared) }];
  // Later trees win, as what the config declares wins over the trees.
  const trees = [...derivative.trees.map((tree) => ({ name: basename(tree), tree: source(tree) })), ...own];
  return { archives: archives.map(({ archive }) => archive), metadata: archives.map(({ metadata }) => metadata), trees: trees.map(({ tree }) => tree), treeNames: trees.map(({ name }) => name) };
}

/** Its name among the trees of a repository: behind the usual ones, because luet takes them by their names and lets the last one win. */
const DECLARED_TREE = 'typescript';

function treeOf({ use, source, derivative }: StandardContext, declared: readonly DeclaredEntry[]): ArtifactRef<FileTree> {
  return use.template.declaredTree({
    name: derivative.name,
    inputs: { contexts: declared.flatMap(({ folder }) => (folder === undefined ? [] : [source(folder)])) },
    options: { packages: declared.map((entry) => ({ package: json(entry.declared), hasContext: entry.folder !== undefined })) },
  }).tree;
}
