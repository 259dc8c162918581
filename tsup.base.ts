import type { Options } from 'tsup';

/** What every package of the workspace has in common: ES modules for the supported Node, declarations made by `tsc`. */
export const base: Options = {
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  clean: true,
  dts: false,
  sourcemap: true,
  splitting: true,
  // `node:sqlite` has no other name.
  removeNodeProtocol: false,
};
