import { defineConfig } from 'vitest/config';
import { base } from '../vitest.base.ts';

// One file after the other: each drives the real engine on all cores.
export default defineConfig({ ...base, test: { ...base.test, include: ['*/*.test.ts'], testTimeout: 20 * 60_000, hookTimeout: 20 * 60_000, fileParallelism: false } });
