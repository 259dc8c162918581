import { definePlugin } from '@cos/core';
import { hostVariables } from '@cos/registry';
import { signatureVariable } from '@cos/trust';
import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { uninstall, upgrade } from './commands/change.ts';
import { install } from './commands/install.ts';
import { search } from './commands/search.ts';
import { serve } from './commands/serve.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

/** Installs packages of published repositories into root filesystems, and serves repositories. It has commands alone. */
export const client = definePlugin({
  name: 'client',
  apiVersion: 1,
  options: z.object({}),
  // Logins, certificates and proxies for image repositories, and where signatures are kept.
  hostEnv: [...hostVariables, signatureVariable],
  codes,
  commands: { install, upgrade, uninstall, search, serve },
});
