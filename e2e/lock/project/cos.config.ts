import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { standardPlugins, standardTargets } from '@cos/templates';

// The base is an image of a registry that the test runs.
const small = defineDistribution({ name: 'small', values: { image: process.env['BASE_IMAGE'] ?? '', base: { from: 'registry' } }, platforms: { 'linux/amd64': {} } });

export default defineConfig({
  plugins: standardPlugins(),
  derivatives: [defineDerivative({ name: 'locked-os', from: small, platforms: ['linux/amd64'], trees: ['packages'] })],
  targets: standardTargets({ system: 'system/os', title: 'Locked OS' }),
});
