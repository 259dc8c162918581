import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

export default defineConfig({ ...base, entry: { index: 'src/index.ts', 'run-in-container': 'src/toolchain/run-in-container.ts' } });
