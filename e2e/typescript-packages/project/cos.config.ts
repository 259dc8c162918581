import { defineConfig, defineDerivative } from '@cos/core';
import { standardPlugins, standardTargets } from '@cos/templates';
import { greeting, tiny, tool } from './packages.ts';

export default defineConfig({
  plugins: standardPlugins(),
  derivatives: [defineDerivative({ name: 'tiny-os', version: '1.0.0', from: tiny, platforms: ['linux/amd64'], trees: ['packages'], packages: [tool, greeting] })],
  targets: standardTargets({ title: 'Tiny OS' }),
});
