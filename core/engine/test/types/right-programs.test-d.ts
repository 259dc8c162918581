import type { containerImage } from '../../src/artifacts/index.ts';
import { defineConfig, defineDerivative, type ArtifactRef } from '../../src/index.ts';
import { docker, iso, preset, resolve } from './fixtures.ts';

// Programs that must compile, with the types that an editor shows.

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(proof: Equal<A, B>): void => void proof;

export default defineConfig({
  plugins: [resolve(), docker(), iso({ compression: 'zstd' })],
  derivatives: [defineDerivative({ name: 'sample', from: preset, platforms: ['linux/amd64'], trees: ['packages'], values: { kernel: 'kernel-rt', boot: { timeout: 1 }, own: true } })],
  targets: {
    'build-iso': {
      description: 'an ISO',
      params: {
        squash: { type: 'choice', choices: ['fast', 'release'], default: 'fast', description: 'compression' },
        manifest: { type: 'text', description: 'a file' },
        packages: { type: 'list', positional: true, description: 'packages' },
        dry: { type: 'flag', description: 'a flag' },
        level: { type: 'integer', default: 3, description: 'a number' },
      },
      async plan({ use, source, values, params, platform }) {
        same<typeof params.squash, 'fast' | 'release'>(true);
        same<typeof params.manifest, string | undefined>(true);
        same<typeof params.packages, readonly string[]>(true);
        same<typeof params.dry, boolean>(true);
        same<typeof params.level, number>(true);
        same<typeof values.boot.timeout, number>(true);
        same<typeof platform, 'linux/amd64' | 'linux/arm64'>(true);
        const found = await use.resolve.packages({ trees: ['packages'] });
        same<typeof found, { name: string; requires: string[] }[]>(true);
        const images = found.map((each) => use['docker-build'].image({ name: each.name, inputs: { context: source('x'), requires: [] } }).image);
        const [rootfs] = images;
        if (rootfs === undefined) throw new Error('none');
        same<typeof rootfs, ArtifactRef<typeof containerImage>>(true);
        same<ReturnType<(typeof use)['docker-build']['digest']>, string>(true);
        const versions = use['docker-build'].versions('base', { suite: 'bookworm' });
        same<typeof versions, Record<string, string>>(true);
        return { 'sample.iso': use.iso.assemble({ name: 'sample', inputs: { rootfs, overlay: source('overlay') }, options: { volumeId: 'COS_LIVE' } }).iso };
      },
    },
  },
});

// Derivatives of a derivative: with its platforms, or with some of them.
const both = defineDerivative({ name: 'both', from: preset, platforms: ['linux/amd64', 'linux/arm64'], values: { kernel: 'x' } });
const one = defineDerivative({ name: 'one', from: both, platforms: ['linux/arm64'], trees: ['more'], values: { boot: { timeout: 2 }, own: 1 }, system: { dockerfile: 'Dockerfile' } });
const again = defineDerivative({ name: 'same', from: one });

export const derived = defineConfig({
  plugins: [docker()],
  derivatives: [both, one, again],
  targets: {
    look: {
      description: 'what plan finds',
      plan({ use, source, values, derivative, contextOf }) {
        same<typeof values.boot.timeout, number>(true);
        same<typeof derivative.trees, readonly string[]>(true);
        const other = contextOf('both');
        same<typeof other.values.kernel, string>(true);
        return [use['docker-build'].image({ name: 'a', inputs: { context: source('x'), requires: [other.use['docker-build'].image({ name: 'a', inputs: { context: source('x'), requires: [] } }).image] } }).image];
      },
    },
  },
});
