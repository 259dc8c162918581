import { defineConfig, defineDerivative } from '@cos/core';
import { standardPlugins, standardTargets } from '@cos/templates';
import { debian } from '@cos/templates/debian';

export default defineConfig({
  plugins: standardPlugins(),
  derivatives: [
    defineDerivative({ name: 'sample-os', version: '0.1.0', from: debian, platforms: ['linux/amd64'], trees: ['packages'] }),
  ],
  targets: standardTargets({ system: 'system/sample-os', title: 'Sample OS' }),
});
