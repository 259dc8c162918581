import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Digest } from '@cos/core';
import { createWorkspace, runStage, type StageRun } from '@cos/core/testing';
import { readOrigin, type Origin } from '../../src/cache/image-origin.ts';
import { ownTag } from '../../src/cache/find-pair.ts';
import { dockerBuild } from '../../src/index.ts';
import type { image } from '../../src/stages/image.ts';
import type { push } from '../../src/stages/push.ts';
import { writeImageTags, type TagsOfImage } from '../../src/tags/image-tags.ts';
import { referenceOf } from '../../src/engine/images.ts';
import type { TestImages } from './engine.ts';
import { packageWorkspace, recipeFile } from './stage.ts';

/** One machine after the other builds the same package: each has a workspace of its own, so that nothing but caches is shared. */
export interface Machine {
  readonly recipe: object;
  readonly files?: Readonly<Record<string, string>>;
  /** Called before the folder of the package is read. */
  readonly prepare?: (folder: string) => Promise<void>;
  readonly pull?: readonly string[];
  readonly luet?: Omit<TagsOfImage, 'package'>;
  readonly plugin?: object;
  readonly copies?: readonly string[];
  /** Name of the base image in the engine. */
  readonly base?: string;
  readonly platform?: 'linux/amd64' | 'linux/arm64';
  readonly force?: 'all';
  readonly signal?: AbortSignal;
  /** Variables of the machine; default those that lead to the engine of the images. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Built {
  readonly run: StageRun<typeof image>;
  readonly origin: Origin;
  /** The tag under which others find it. */
  readonly tag: string;
}

export async function buildOn(images: TestImages, { recipe, files = { file: 'content\n' }, prepare, pull = [], luet = { packages: [], builders: [] }, plugin = {}, copies = [], base, platform, force, signal, env = images.env }: Machine): Promise<Built> {
  const { workspace, folder } = await packageWorkspace(files);
  await prepare?.(folder);
  const given = (reference: string) => ({ path: reference, meta: { reference } });
  await writeFile(workspace.join('hints'), writeImageTags({ pull, images: { image: { package: `p-t-${versionOf(recipe)}`, ...luet } }, joins: {} }));
  const run = await runStage(dockerBuild({ repository: images.repository, ...plugin }), 'image', {
    workspace,
    inputs: {
      recipe: await recipeFile(workspace, recipe),
      context: folder,
      base: given(base ?? referenceOf(images.name('base'))),
      copies: copies.map(given),
      hints: { path: workspace.join('hints'), meta: {} },
    },
    ...(platform === undefined ? {} : { platform }),
    ...(force === undefined ? {} : { force }),
    ...(signal === undefined ? {} : { signal }),
    ...(env === undefined ? {} : { env }),
  });
  if (run.outcome !== 'built') throw new Error(`the images were not built: ${run.text}`);
  const origin = readOrigin(readFileSync(run.outputs.origin.path, 'utf8'));
  return { run, origin, tag: ownTag(origin.key) };
}

function versionOf(recipe: object): string {
  return 'version' in recipe && typeof recipe.version === 'string' ? recipe.version : '1.0';
}

/** Pushes what a machine has made. */
export async function pushFrom(images: TestImages, { run }: Built, repository: string, { luet = { packages: [], builders: [] }, force, env = images.env }: { readonly luet?: Omit<TagsOfImage, 'package'>; readonly force?: 'all'; readonly env?: Machine['env'] } = {}): Promise<StageRun<typeof push>> {
  const workspace = await createWorkspace();
  const { origin, image: own, builder } = run.outputs;
  const given = ({ digest }: { readonly digest: Digest }) => {
    const reference = `${images.repository}:${digest.slice('sha256:'.length)}`;
    return { path: reference, meta: { reference } };
  };
  await writeFile(workspace.join('tags'), writeImageTags({ pull: [], images: { 'p-t-1.0': { package: 'p-t-1.0', ...luet } }, joins: {} }));
  return runStage(dockerBuild({ repository: images.repository }), 'push', {
    workspace,
    inputs: { origin: { path: origin.path, meta: {} }, image: given(own), builder: given(builder), tags: { path: workspace.join('tags'), meta: {} } },
    options: { repository, id: 'p-t-1.0' },
    ...(force === undefined ? {} : { force }),
    ...(env === undefined ? {} : { env }),
  });
}
