import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

export default defineConfig({
  ...base,
  entry: { index: 'src/index.ts', artifacts: 'src/artifacts/index.ts', testing: 'src/testing.ts', cli: 'src/cli/process-terminal.ts' },
});
