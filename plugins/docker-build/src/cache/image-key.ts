import { createHash } from 'node:crypto';
import type { Digest } from '@cos/core';
import type { PluginOptions } from '../options.ts';

// The key under which machines share the images of a package: a hash of everything that building them reads. The fingerprint of the task would do as well,
// but covers more (parts of the recipe that reach only the archive), so that machines would share less.

/** Raise it when the same inputs may give other images. */
export const IMAGE_VERSION = 3;

export type BuildOptions = Readonly<Pick<PluginOptions, 'network' | 'builder' | 'buildArgs' | 'backendArgs'>>;

export interface ImageInputs {
  readonly platform: string;
  /** Seconds since 1970 that files of the context carry. */
  readonly sourceDateEpoch: number;
  /** How it is built. Build arguments are without proxies, which reach no image; of the other options not all reach images. */
  readonly plugin: BuildOptions;
  /** As they lie in the build context. They name the base and the images that files are copied from by the digest of their content, and hold all commands. */
  readonly dockerfiles: readonly { readonly name: string; readonly text: string }[];
  /** Content of the package's folder. */
  readonly context: Digest;
  /** Content of the base image. */
  readonly base: Digest;
  /** Content of the images that files are copied from, in the order of the recipe. */
  readonly copies: readonly Digest[];
}

/** 64 hexadecimal digits. */
export function imageKey(inputs: ImageInputs): string {
  const { platform, sourceDateEpoch, plugin, dockerfiles, context, base, copies } = inputs;
  const buildArgs = Object.entries(plugin.buildArgs).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return hash(['image', IMAGE_VERSION, platform, sourceDateEpoch, plugin.network, plugin.builder, buildArgs, plugin.backendArgs, dockerfiles.map(({ name, text }) => [name, text]), context, base, copies]);
}

export interface JoinInputs {
  readonly platform: string;
  readonly sourceDateEpoch: number;
  /** In the order of unpacking. */
  readonly archives: readonly Digest[];
}

/** The same for an image that is put together from archives. */
export function joinKey({ platform, sourceDateEpoch, archives }: JoinInputs): string {
  return hash(['join', JOIN_VERSION, platform, sourceDateEpoch, archives]);
}

export const JOIN_VERSION = 3;

/** Lists of texts and numbers are written unambiguously by JSON. */
function hash(parts: readonly unknown[]): string {
  return createHash('sha256').update(`cos cache key 1\n${JSON.stringify(parts)}`).digest('hex');
}
