import * as z from 'zod/mini';
import { isoImage } from '../../src/artifacts/index.ts';
import { createDefineStage, defineConfig, defineDerivative, defineDistribution, definePlugin, many, one, fileTree } from '../../src/index.ts';
import { assemble, docker, iso, isoOptions, preset, resolve, signing } from './fixtures.ts';

// Programs that must not compile. Each line below a mark is one mistake; a mark without a mistake is an error itself.

const derivatives = [defineDerivative({ name: 'sample', from: preset, platforms: ['linux/amd64'], trees: [] })];

export const wrongCalls = defineConfig({
  plugins: [resolve(), docker(), iso()],
  derivatives,
  targets: {
    wrong: {
      description: 'mistakes in calls',
      plan({ use, source, values, params }) {
        const { image } = use['docker-build'].image({ name: 'a', inputs: { context: source('x'), requires: [] } });
        // 1. a kind that the port does not take
        // @ts-expect-error
        use.iso.assemble({ name: 'x', inputs: { rootfs: source('x') }, options: { volumeId: 'x' } });
        // 2. the same in a list
        // @ts-expect-error
        use['docker-build'].image({ name: 'x', inputs: { context: source('x'), requires: [source('y')] } });
        // 3. an input that is missing
        // @ts-expect-error
        use.iso.assemble({ name: 'x', inputs: {}, options: { volumeId: 'x' } });
        // 4. an input that the stage does not have
        // @ts-expect-error
        use.iso.assemble({ name: 'x', inputs: { rootfs: image, root: image }, options: { volumeId: 'x' } });
        // 5. an option that is missing
        // @ts-expect-error
        use.iso.assemble({ name: 'x', inputs: { rootfs: image } });
        // 6. an option that the stage does not have
        // @ts-expect-error
        use.iso.assemble({ name: 'x', inputs: { rootfs: image }, options: { volumeId: 'x', volume: 'y' } });
        // 7. a stage that the plugin does not have
        // @ts-expect-error
        void use.iso.image;
        // 8. a plugin that is not in `plugins`
        // @ts-expect-error
        void use.sign;
        // an option of a planner
        // @ts-expect-error
        void use.resolve.packages({ tree: ['x'] });
        // a value that the preset does not have
        // @ts-expect-error
        void values.kernels;
        // a parameter that the target does not declare
        // @ts-expect-error
        void params.squash;
        // a task without a name
        // @ts-expect-error
        use.iso.assemble({ inputs: { rootfs: image }, options: { volumeId: 'x' } });
        return [image];
      },
    },
    results: {
      description: 'a result that is no reference',
      // @ts-expect-error
      plan: () => ['x'],
    },
  },
});

// 9. an option of a plugin outside of its choices
// @ts-expect-error
iso({ compression: 'lzma' });
// options that are required
// @ts-expect-error
signing();

// 10. a value of another type than the preset's
// @ts-expect-error
defineDerivative({ name: 'x', from: preset, platforms: ['linux/amd64'], trees: [], values: { kernel: 5 } });
// 11. the same deeper
// @ts-expect-error
defineDerivative({ name: 'x', from: preset, platforms: ['linux/amd64'], trees: [], values: { boot: { timeout: 'long' } } });
// 12. the same in the overlay of a platform
// @ts-expect-error
defineDistribution({ name: 'x', values: { kernel: 'a' }, platforms: { 'linux/arm64': { kernel: 5 } } });
// 13. a platform that there is not
// @ts-expect-error
defineDerivative({ name: 'x', from: preset, platforms: ['linux/riscv64'], trees: [] });

const small = defineDerivative({ name: 'small', from: preset, platforms: ['linux/amd64'] });
// a platform that the derivative does not have which this one is from
// @ts-expect-error
defineDerivative({ name: 'x', from: small, platforms: ['linux/arm64'] });
// a value of another type than the preset's, over a derivative
// @ts-expect-error
defineDerivative({ name: 'x', from: small, values: { kernel: 5 } });
// a field that no system has
// @ts-expect-error
defineDerivative({ name: 'x', from: small, system: { dockerfile: 'Dockerfile', contxt: '.' } });
// a system that is neither a package nor a Dockerfile
// @ts-expect-error
defineDerivative({ name: 'x', from: small, system: {} });

const defineStage = createDefineStage(isoOptions);
const options = z.object({});
defineStage({
  description: '14. metadata of another shape',
  version: 1,
  cache: 'content',
  inputs: {},
  outputs: { iso: isoImage },
  options,
  // @ts-expect-error
  run: async ({ emit, scratch }) => ({ iso: await emit.iso(scratch, { name: 'x' }) }),
});
defineStage({
  description: '15. an output that is forgotten',
  version: 1,
  cache: 'content',
  inputs: {},
  outputs: { iso: isoImage, log: fileTree },
  options,
  // @ts-expect-error
  run: async ({ emit, scratch }) => ({ iso: await emit.iso(scratch, { label: 'x' }) }),
});
// 16. no word about caching
// @ts-expect-error
defineStage({
  description: 'x',
  version: 1,
  inputs: {},
  outputs: { tree: fileTree },
  options,
  run: async ({ emit, scratch }) => ({ tree: await emit.tree(scratch, {}) }),
});
defineStage({
  description: 'inputs and plugin options are typed where the stage runs',
  version: 1,
  cache: 'content',
  inputs: { one: one(fileTree), many: many(fileTree) },
  outputs: { tree: fileTree },
  options,
  async run({ inputs, plugin, emit, scratch }) {
    // @ts-expect-error
    void inputs.two;
    // @ts-expect-error
    await inputs.many.path();
    // @ts-expect-error
    plugin.compression satisfies 'lzma';
    return { tree: await emit.tree(scratch, {}) };
  },
});

// 17. `hostOptions` that name no option
// @ts-expect-error
definePlugin({ name: 'x', apiVersion: 1, options: isoOptions, hostOptions: ['tempdir'], stages: { assemble } });
// a plugin for another version of the interface
// @ts-expect-error
definePlugin({ name: 'x', apiVersion: 2, options: isoOptions });
