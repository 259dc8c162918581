import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { standardPlugins, standardTargets } from '@cos/templates';

const tiny = defineDistribution({ name: 'tiny', values: { image: 'base', base: { from: 'archive', path: 'base.tar' } }, platforms: { 'linux/amd64': {} } });
const derivative = (name: string, tree: string) => defineDerivative({ name, version: '1.0.0', from: tiny, platforms: ['linux/amd64'], trees: [tree] });

export default defineConfig({
  plugins: standardPlugins(),
  derivatives: [derivative('good', 'packages'), derivative('relative', 'wrong/relative'), derivative('no-pattern', 'wrong/no-pattern'), derivative('not-there', 'wrong/not-there')],
  targets: standardTargets({ system: 't/whole', title: 'Contents' }),
});
