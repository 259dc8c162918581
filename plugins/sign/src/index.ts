import { definePlugin } from '@cos/core';
import { hostVariables } from '@cos/registry';
import { signatureVariable } from '@cos/trust';
import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { keys } from './commands/keys.ts';
import { sign as signCommand } from './commands/sign.ts';
import { verify } from './commands/verify.ts';
import { pluginOptions } from './options.ts';
import { checksums } from './stages/checksums.ts';
import { fileManifest } from './stages/file-manifest.ts';
import { isoChecksum } from './stages/iso-checksum.ts';
import { signRepository } from './stages/sign-repository.ts';
import { signStatement } from './stages/sign-statement.ts';
import { signText } from './stages/sign-text.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

export const sign = definePlugin({
  name: 'sign',
  apiVersion: 1,
  options: pluginOptions,
  codes,
  // Where key and password lie does not change what is signed: the public key is an input of the stages.
  hostOptions: ['key', 'password', 'signatures', 'skip'],
  // Logins, certificates and proxies for registries, and where signatures are kept.
  hostEnv: [...hostVariables, signatureVariable],
  stages: { checksums, fileManifest, isoChecksum, signRepository, signStatement, signText },
  commands: { keys, sign: signCommand, verify },
});
