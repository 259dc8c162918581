import { defineConfig } from 'vitest/config';
import { base } from '../../vitest.base.ts';

// Most tests work on real engines, which take their time on a busy host.
export default defineConfig({ ...base, test: { ...base.test, testTimeout: 120_000, hookTimeout: 120_000 } });
