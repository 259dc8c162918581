import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { standardPlugins, standardTargets } from '@cos/templates';

const tiny = defineDistribution({
  name: 'tiny',
  values: { image: 'tiny:1', base: { from: 'archive', path: 'base.tar' }, greeting: 'hello' },
  platforms: { 'linux/amd64': {} },
});

export default defineConfig({
  plugins: standardPlugins(),
  derivatives: [defineDerivative({ name: 'tiny-os', version: '1.0.0', from: tiny, platforms: ['linux/amd64'], trees: ['packages'] })],
  targets: standardTargets({ system: 'system/os', title: 'Tiny OS' }),
});
