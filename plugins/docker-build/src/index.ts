import { definePlugin } from '@cos/core';
import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { unpackImage } from './commands/unpack.ts';
import { hostEnv, hostOptions, pluginOptions } from './options.ts';
import { digest } from './pins/digest.ts';
import { named } from './pins/named.ts';
import { packages } from './pins/packages.ts';
import { caches } from './planners/caches.ts';
import { dockerfileImages } from './planners/dockerfile-images.ts';
import { retrievedArchives } from './planners/retrieved-archives.ts';
import { stepMounts } from './planners/step-mounts.ts';
import { about, preflight } from './preflight.ts';
import { base } from './stages/base.ts';
import { bootstrap } from './stages/bootstrap.ts';
import { dockerfile } from './stages/dockerfile.ts';
import { image } from './stages/image.ts';
import { join } from './stages/join.ts';
import { local } from './stages/local.ts';
import { name } from './stages/name.ts';
import { pack } from './stages/pack.ts';
import { pull } from './stages/pull.ts';
import { push } from './stages/push.ts';
import { retrieve } from './stages/retrieve.ts';
import { tags } from './stages/tags.ts';
import { unpack } from './stages/unpack.ts';
import { createStores } from './store/create-stores.ts';
import { sweep } from './sweep.ts';
import { createToolchain } from './toolchain/create-toolchain.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

export type { Caches } from './planners/caches.ts';
export type { DockerfileInputs } from './planners/dockerfile-images.ts';

/** Builds packages in a container engine and keeps their images there. */
export const dockerBuild = definePlugin({
  name: 'docker-build',
  apiVersion: 1,
  options: pluginOptions,
  hostOptions,
  hostEnv,
  codes,
  stages: { bootstrap, unpack, pack, base, pull, local, image, join, dockerfile, retrieve, tags, name, push },
  planners: { caches, dockerfileImages, retrievedArchives, stepMounts },
  pins: { digest, named, packages },
  commands: { unpack: unpackImage },
  createStores,
  preflight,
  about,
  createToolchain,
  sweep,
});
