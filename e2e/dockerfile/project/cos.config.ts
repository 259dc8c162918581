import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { standardPlugins, standardTargets } from '@cos/templates';

const tiny = defineDistribution({
  name: 'tiny',
  values: { image: 'tiny:1', base: { from: 'archive', path: 'base.tar' }, greeting: 'hello' },
  platforms: { 'linux/amd64': {} },
});
const base = defineDerivative({ name: 'base', title: 'Base', version: '1.0.0', from: tiny, platforms: ['linux/amd64'], trees: ['packages'], system: 'system/os' });
const edge = defineDerivative({ name: 'edge', title: 'Edge', from: base, values: { greeting: 'hello from the edge' }, system: { dockerfile: 'edge/Dockerfile', buildArgs: { FLAVOUR: 'sweet' } } });

export default defineConfig({ plugins: standardPlugins(), derivatives: [base, edge], targets: standardTargets() });
