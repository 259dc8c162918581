import { definePlugin } from '@cos/core';
import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { rebuild } from './commands/rebuild.ts';
import { pluginOptions } from './options.ts';
import { archiveProvenance, diskProvenance, imageProvenance, isoProvenance, repositoryProvenance } from './stages/provenance.ts';
import { sbom } from './stages/sbom.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

export const attest = definePlugin({
  name: 'attest',
  apiVersion: 1,
  options: pluginOptions,
  codes,
  stages: { isoProvenance, diskProvenance, archiveProvenance, repositoryProvenance, imageProvenance, sbom },
  commands: { rebuild },
});
