import { readFile, rm } from 'node:fs/promises';
import type { Secret } from '@cos/core';
import { readStepMounts } from '@cos/luet';
import type { BuildRequest } from './engine/build-image.ts';
import { fail } from './errors.ts';
import type { PluginOptions } from './options.ts';
import type { Recipe } from './recipe.ts';
import { secretIds } from './step-mounts.ts';

/** What builds the images of a package: both by one builder, because the layers of one are those of the other. */
export function builderFor({ builder }: Pick<PluginOptions, 'builder'>, { prelude, steps }: Recipe): NonNullable<BuildRequest['builder']> {
  if (builder !== 'auto') return builder;
  return [...prelude, ...steps].some((step) => readStepMounts(step).length > 0) ? 'mounts' : 'classic';
}

interface SecretAccess {
  readonly plugin: Pick<PluginOptions, 'secrets'>;
  readonly secretFile: (secret: Secret) => Promise<string>;
}

/** The exact bytes of the secrets that commands mount, by id. They are in memory only when this is done. */
export async function readSecrets(commands: readonly string[], { plugin, secretFile }: SecretAccess): Promise<ReadonlyMap<string, Uint8Array>> {
  const secrets = new Map<string, Uint8Array>();
  for (const id of secretIds(commands)) {
    const secret = plugin.secrets[id] ?? fail('COS_DOCKER_SECRET_UNKNOWN', `A step mounts the secret "${id}", which the plugin option "secrets" does not have.`);
    const path = await secretFile(secret);
    try {
      secrets.set(id, await readFile(path));
    } finally {
      await rm(path, { force: true });
    }
  }
  return secrets;
}
