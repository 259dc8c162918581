import { defineConfig } from 'tsup';
import { base } from '../tsup.base.ts';

const distributions = ['debian', 'fedora', 'opensuse', 'slemicro', 'ubuntu'];

export default defineConfig({
  ...base,
  entry: { index: 'src/index.ts', 'default-config': 'src/default-config.ts', ...Object.fromEntries(distributions.map((name) => [`distributions/${name}/index`, `src/distributions/${name}/index.ts`])) },
});
