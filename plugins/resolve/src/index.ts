import { definePlugin, noOptions } from '@cos/core';
import { codes } from './codes.ts';
import { packages } from './planners/packages.ts';

export type { PackageEntry, ResolvedTree } from './resolved-tree.ts';

/** Reads package trees and decides which packages are built, on what, in which order. */
export const resolve = definePlugin({ name: 'resolve', apiVersion: 1, options: noOptions, planners: { packages }, codes });
