import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { standardPlugins, standardTargets } from '@cos/templates';

const tiny = defineDistribution({
  name: 'tiny',
  // Recipes of upstream see upstream's values, and not this greeting.
  values: { image: 'tiny:1', base: { from: 'archive', path: 'base.tar' }, greeting: 'welcome', owner: 'the site' },
  platforms: { 'linux/amd64': {} },
});

export default defineConfig({
  plugins: standardPlugins(),
  derivatives: [
    defineDerivative({
      name: 'site-os',
      from: tiny,
      platforms: ['linux/amd64'],
      trees: ['packages'],
      repositories: [{ name: 'cached-os', type: 'docker', urls: ['__REPOSITORY__'] }],
    }),
  ],
  targets: standardTargets({ system: 'system/site' }),
});
