import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { createEntry, writeTar } from '@cos/archive';
import * as z from 'zod/mini';
import { expect, it } from 'vitest';
import { bootstrapOptions } from '../../src/bootstrap/options.ts';
import { readBootstrapped } from '../../src/bootstrap/read-bootstrapped.ts';

const status = (stanzas: Readonly<Record<string, string>>) => Object.entries(stanzas).map(([name, version]) => `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\n`).join('\n');

async function digestOf(options: { readonly owner?: number; readonly installed?: Readonly<Record<string, string>>; readonly pool?: readonly string[] }, pinned: { readonly packages: Record<string, string>; readonly pool: Record<string, string> }): Promise<string> {
  const { owner = 0, installed = {}, pool = [] } = options;
  const archive = writeTar([
    createEntry({ path: './var/cache/apt/archives/partial', type: 'directory', mode: 0o700, uid: owner }),
    createEntry({ path: './var/lib/apt/lists/partial', type: 'directory', mode: 0o700, uid: owner }),
    createEntry({ path: './var/lib/dpkg/status' }, status(installed)),
    ...pool.map((file) => createEntry({ path: `./var/cache/cos/pool/${file}` }, 'x')),
  ]);
  const hash = createHash('sha256');
  for await (const chunk of readBootstrapped(archive, { options: z.parse(bootstrapOptions, { suite: 'stable', pinned }), scratch: tmpdir(), epoch: 0 })) hash.update(chunk);
  return hash.digest('hex');
}

const sum = `sha256:${'0'.repeat(64)}`;
const none = { packages: {}, pool: {} };

it('is the same whether or not the user of apt could enter the folder in which the system was made', async () => {
  expect(await digestOf({ owner: 42 }, none)).toBe(await digestOf({ owner: 0 }, none));
});

it('has exactly the packages that are pinned, in the system and in the pool', async () => {
  const pinned = { packages: { a: `1:1.0 ${sum}` }, pool: { b: `2:2.0 ${sum}` } };
  await digestOf({ installed: { a: '1:1.0' }, pool: ['b_2%3a2.0_all.deb'] }, pinned);
  await expect(digestOf({ installed: { a: '1:1.0', c: '3' }, pool: ['b_2%3a2.1_all.deb'] }, pinned)).rejects.toMatchObject({
    diagnostics: [{ code: 'COS_DOCKER_BOOTSTRAP_FAILED', message: 'Other packages went into the base than apt had announced: c 3 in place of nothing, b 2:2.1 in place of 2:2.0.' }],
  });
});
