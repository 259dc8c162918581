import { definePlugin } from '@cos/core';
import { hostVariables } from '@cos/registry';
import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { packages as listPackages } from './commands/packages.ts';
import { render } from './commands/render.ts';
import { tags } from './commands/tags.ts';
import { validate } from './commands/validate.ts';
import { options } from './options.ts';
import { repository } from './pins/repository.ts';
import { packages } from './planners/packages.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

export { definePackage, type PackageDeclaration, type PackageInput, type PackageInputContext } from './define-package.ts';
export type { DeclaredEntry, FilesEntry, PackageEntry, ResolvedTree, SubpackageEntry, Upstream } from './resolved-tree.ts';
export { configuredUpstream, type ConfiguredUpstream, type ConfiguredUpstreamRequest } from './upstream/configured-upstream.ts';
export { repositoryQuestion } from './upstream/questions.ts';
export { readValuesFiles, type ReadValuesFiles } from './values-files.ts';

/** Reads package trees and decides which packages are built, on what, in which order. */
export const resolve = definePlugin({ name: 'resolve', apiVersion: 1, options, hostOptions: ['trust'], hostEnv: hostVariables, pins: { repository }, planners: { packages }, commands: { packages: listPackages, render, tags, validate }, codes });
