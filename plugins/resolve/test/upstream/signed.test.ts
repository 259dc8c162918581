import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSignature, generateKeyPair, openPrivateKey, type KeyPair } from '@cos/trust';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod/mini';
import { options } from '../../src/options.ts';
import { repository as pin, type RepositoryAnswer } from '../../src/pins/repository.ts';

// What looking up a published repository does with the policies of the config.

let own: KeyPair;
let other: KeyPair;
beforeAll(async () => {
  [own, other] = [await generateKeyPair(''), await generateKeyPair('')];
});

async function publish(folder: string, revision: number, signer?: KeyPair): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'work/tree/app'), { recursive: true });
  writeFileSync(join(folder, 'work/tree/app/definition.yaml'), `name: app\ncategory: app\nversion: "${revision}"\n`);
  writeFileSync(join(folder, 'work/repository.meta.yaml'), JSON.stringify({ index: [] }));
  const file = (name: string, what: string): object => {
    execFileSync('tar', ['-C', join(folder, 'work'), '-cf', join(folder, name), what]);
    return { filename: name, compressiontype: 'none', checksums: { sha256: createHash('sha256').update(readFileSync(join(folder, name))).digest('hex') } };
  };
  const repo_files = { tree: file('tree.tar', 'tree'), compilertree: file('compilertree.tar', 'tree'), meta: file('repository.meta.yaml.tar', 'repository.meta.yaml') };
  const yaml = JSON.stringify({ name: 'upstream', type: 'disk', revision, last_update: '1800000000', repo_files });
  writeFileSync(join(folder, 'repository.yaml'), yaml);
  if (signer !== undefined) writeFileSync(join(folder, 'repository.yaml.sig'), await createSignature(streamOf(yaml), await openPrivateKey(signer.privateKey, '', 'key')));
}

async function* streamOf(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(text);
}

async function createWorld() {
  const folder = await mkdtemp(join(tmpdir(), 'cos-upstream-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  const at = join(folder, 'upstream');
  const warned: string[] = [];
  const lookUp = async (trust: readonly object[], previous?: RepositoryAnswer): Promise<RepositoryAnswer> => {
    const scratch = await mkdtemp(join(folder, 'scratch-'));
    return pin.resolve('upstream', {
      plugin: z.parse(options, { trust }), details: { type: 'disk', urls: [at] }, previous, scratch, env: {}, signal: new AbortController().signal, source: (path) => path,
      keep: async (kept) => `sha256:${createHash('sha256').update(readFileSync(join(kept, 'tree/tree/app/definition.yaml'))).digest('hex')}`,
      warn: ({ code, message }) => void warned.push(`${code}: ${message.replaceAll(folder, '')}`), exec: () => Promise.reject(new Error('no tool')),
    });
  };
  return { at, warned, lookUp };
}

const policy = (mode: string, key = own, match = 'upstream'): object => ({ match, mode, keys: [key.publicKey] });

test('a repository that is signed as its policy says is looked up, another one is refused or told', async () => {
  const { at, warned, lookUp } = await createWorld();
  await publish(at, 1, own);
  expect(await lookUp([policy('enforce')])).toMatchObject({ revision: 1 });
  await expect(lookUp([policy('enforce', other)])).rejects.toMatchObject({ diagnostics: [{ code: 'COS_RESOLVE_UPSTREAM_UNTRUSTED', message: expect.stringContaining('does not fit') as unknown }] });
  await publish(at, 1);
  await expect(lookUp([policy('enforce', own, `${at.slice(0, 5)}*`)])).rejects.toMatchObject({ diagnostics: [{ code: 'COS_RESOLVE_UPSTREAM_UNTRUSTED', message: expect.stringContaining(`${at}/repository.yaml is not signed`) as unknown }] });
  expect(warned).toEqual([]);
  expect(await lookUp([policy('warn')])).toMatchObject({ revision: 1 });
  expect(warned).toEqual(['COS_RESOLVE_UPSTREAM_UNTRUSTED: The repository "upstream" is not signed as its policy wants it: /upstream/repository.yaml is not signed, or was changed since.']);
  for (const trust of [[policy('off')], [policy('enforce', own, 'another')], []]) expect(await lookUp(trust)).toMatchObject({ revision: 1 });
});

test('an older publication than that of cos.lock, or another one of its revision, is refused however well it is signed', async () => {
  const { at, warned, lookUp } = await createWorld();
  await publish(at, 2, own);
  const locked = await lookUp([policy('enforce')]);
  await publish(at, 1, own);
  await expect(lookUp([policy('enforce')], locked)).rejects.toMatchObject({ diagnostics: [{ code: 'COS_RESOLVE_UPSTREAM_UNTRUSTED', message: expect.stringMatching(/is older than the one that cos\.lock has; expected revision 2 or a later one; found revision 1\.$/) as unknown }] });
  await lookUp([policy('warn')], locked);
  expect(warned).toHaveLength(1);
  await publish(at, 2, own);
  await expect(lookUp([policy('enforce')], { ...locked, index: '0'.repeat(64) })).rejects.toMatchObject({ diagnostics: [{ message: expect.stringContaining('is another one than that of the same revision') as unknown }] });
  await publish(at, 3, own);
  expect(await lookUp([policy('enforce')], locked)).toMatchObject({ revision: 3 });
  await expect(lookUp([{ ...policy('enforce'), maxAgeDays: 1, match: '*' }])).resolves.toMatchObject({ revision: 3 });
});
