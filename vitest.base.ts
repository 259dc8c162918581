import { join } from 'node:path';
import type { ViteUserConfig } from 'vitest/config';

/** Tests read the sources of the other packages (condition `source`), so that they need no build, and keep nothing in the home of who runs them. */
export const base: ViteUserConfig = {
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'module', 'default'] } },
  test: { include: ['test/**/*.test.ts'], testTimeout: 30_000, restoreMocks: true, env: { XDG_CACHE_HOME: join(import.meta.dirname, '.cache') } },
};
