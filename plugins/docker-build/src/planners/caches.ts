import { CosError, createDefinePlanner, type Diagnostic } from '@cos/core';
import * as z from 'zod/mini';
import { failureOf } from '../errors.ts';
import { pluginOptions } from '../options.ts';
import { parseReference } from '../reference.ts';

/** Where images are looked for, pushed to and named: what the command line and the plugin's options say together. */
export interface Caches {
  /** Repositories to look in before anything is built, in this order. */
  readonly pull: readonly string[];
  /** Undefined: nothing is pushed. */
  readonly push: string | undefined;
  /** Where images are for others, as metadata says it. The option `cache.push` alone: the same config gives the same metadata, wherever a run pushes to. Undefined: nowhere. */
  readonly shared: string | undefined;
  /** Repository of luet's names in the engine; undefined: no names are set. */
  readonly imageRepository: string | undefined;
}

export const caches = createDefinePlanner(pluginOptions)({
  description: 'find out which caches of images there are',
  options: z.object({
    /** `registry/repository`, looked in before those of the plugin's option `cache.pull`. An empty text stands for those. */
    pull: z._default(z.array(z.string()), []),
    /** Where to push; an empty text stands for the plugin's option `cache.push`. Default: nowhere. */
    push: z.optional(z.string()),
  }),
  // oxlint-disable-next-line typescript/require-await -- planners answer promises
  async plan({ options, plugin }): Promise<Caches> {
    const { cache, imageRepository } = plugin;
    const named = options.pull.filter((repository) => repository !== '');
    const pull = [...new Set([...named, ...cache.pull])];
    const push = options.push === '' ? cache.push : options.push;
    const problems = [...pull, ...(push === undefined ? [] : [push])].flatMap(checkRepository);
    if (options.pull.includes('') && cache.pull.length === 0) problems.push(...nowhere('look in', 'pull', "['registry.example/team/cache']"));
    if (options.push === '' && push === undefined) problems.push(...nowhere('push to', 'push', "'registry.example/team/cache'"));
    if (problems.length > 0) throw new CosError(problems);
    return { pull, push, shared: cache.push, imageRepository: imageRepository === false ? undefined : imageRepository };
  },
});

function nowhere(what: string, option: string, example: string): readonly Diagnostic[] {
  return failureOf('COS_DOCKER_CACHE_NOWHERE', `There is no repository to ${what}: --${option} names none, and neither does the option "cache.${option}" of the plugin docker-build.`, {
    hint: `Write --${option}=registry.example/team/cache, or dockerBuild: { cache: { ${option}: ${example} } }.`,
  }).diagnostics;
}

/** The name of a repository, without tag and digest. */
function checkRepository(text: string): readonly Diagnostic[] {
  try {
    const { tag, digest } = parseReference(text);
    if (tag === undefined && digest === undefined) return [];
  } catch (error) {
    if (!(error instanceof CosError)) throw error;
  }
  return failureOf('COS_DOCKER_REFERENCE_FORM', `${JSON.stringify(text)} is no repository of images.`, { hint: 'Write registry.example/team/cache, without a tag.' }).diagnostics;
}
