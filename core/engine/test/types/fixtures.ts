import * as z from 'zod/mini';
import { containerImage, isoImage } from '../../src/artifacts/index.ts';
import { createDefinePin, createDefinePlanner, createDefineStage, defineDistribution, definePlugin, fileTree, many, one, optional } from '../../src/index.ts';

// Four small plugins and a preset, as an author writes them, for the type tests.

export const isoOptions = z.object({ compression: z._default(z.enum(['xz', 'zstd']), 'xz'), tmpdir: z.optional(z.string()) });
const defineIsoStage = createDefineStage(isoOptions);

export const assemble = defineIsoStage({
  description: 'assemble an ISO',
  version: 1,
  cache: 'content',
  inputs: { rootfs: one(containerImage), overlay: optional(fileTree) },
  outputs: { iso: isoImage },
  options: z.object({ volumeId: z.string(), label: z.optional(z.string()) }),
  tools: ['xorriso'],
  run: async ({ emit, scratch, options }) => ({ iso: await emit.iso(scratch, { label: options.volumeId }) }),
});

export const iso = definePlugin({ name: 'iso', apiVersion: 1, options: isoOptions, hostOptions: ['tmpdir'], stages: { assemble } });

const none = z.object({});
const image = createDefineStage(none)({
  description: 'build an image',
  version: 1,
  cache: 'content',
  inputs: { context: one(fileTree), requires: many(containerImage) },
  outputs: { image: containerImage },
  options: none,
  run: async ({ emit }) => ({ image: await emit.image('x', { reference: 'y' }) }),
});

export const docker = definePlugin({
  name: 'docker-build',
  apiVersion: 1,
  options: none,
  stages: { image },
  pins: {
    digest: createDefinePin(none)({ description: 'digest of a tag', answer: z.string(), resolve: () => Promise.resolve('sha256:0') }),
    versions: createDefinePin(none)({ description: 'versions of packages', answer: z.record(z.string(), z.string()), details: z.object({ suite: z.string() }), resolve: async (_, { details }) => ({ a: details.suite }) }),
  },
});

const packages = createDefinePlanner(none)({
  description: 'read trees',
  options: z.object({ trees: z.array(z.string()) }),
  plan: () => Promise.resolve([{ name: 'system/os', requires: ['system/base'] }]),
});
export const resolve = definePlugin({ name: 'resolve', apiVersion: 1, options: none, planners: { packages } });

export const signing = definePlugin({ name: 'sign', apiVersion: 1, options: z.object({ key: z.string() }) });

export const preset = defineDistribution({
  name: 'preset',
  values: { kernel: 'kernel-default', boot: { timeout: 5, console: 'ttyS0' }, packages: ['a'] },
  platforms: { 'linux/arm64': { kernel: 'kernel-arm' } },
});
