import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { buildIso, standardPlugins, standardTargets } from '@cos/templates';
import { leaflet } from './leaflet.ts';

const tiny = defineDistribution({
  name: 'tiny',
  values: { image: 'tiny:1', base: { from: 'archive', path: 'base.tar' }, greeting: 'hello' },
  platforms: { 'linux/amd64': {} },
});
const example = { system: 'system/os', title: 'Tiny OS' } as const;

export default defineConfig({
  plugins: [...standardPlugins(), leaflet({ greeting: 'Hallo' })],
  derivatives: [defineDerivative({ name: 'tiny-os', version: '1.0.0', from: tiny, platforms: ['linux/amd64'], trees: ['packages'] })],
  targets: {
    ...standardTargets(example),
    leaflet: {
      description: 'a leaflet about the ISO',
      params: { reader: { type: 'text', description: 'who reads it', default: 'you' } },
      async plan(context) {
        const { iso } = await buildIso(context, example);
        return { 'leaflet.txt': context.use.leaflet.page({ name: context.derivative.name, inputs: { iso }, options: { reader: context.params.reader } }).page };
      },
    },
  },
});
