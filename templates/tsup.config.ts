import { defineConfig } from 'tsup';
import { base } from '../tsup.base.ts';

export default defineConfig({ ...base, entry: { index: 'src/index.ts', 'distributions/debian/index': 'src/distributions/debian/index.ts' } });
