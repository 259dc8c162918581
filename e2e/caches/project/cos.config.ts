import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { standardPlugins, standardTargets } from '@cos/templates';

const tiny = defineDistribution({
  name: 'tiny',
  values: { image: 'tiny:1', base: { from: 'archive', path: 'base.tar' }, greeting: 'hello', unused: 'one' },
  platforms: { 'linux/amd64': {} },
});

export default defineConfig({
  plugins: standardPlugins(),
  derivatives: [defineDerivative({ name: 'cached-os', from: tiny, platforms: ['linux/amd64'], trees: ['packages'] })],
  targets: standardTargets({ system: 'system/os', title: 'Cached OS' }),
});
