import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateKeyPair, openPrivateKey, readPublicKey } from '../src/keys/key-pair.ts';
import { createSignature, verifySignature } from '../src/signature/file-signature.ts';
import { failureOf, opensslVerifies, streamOf, temporaryFolder } from './rig.ts';

test('openssl finds our signatures good, and bad for another file or key', async () => {
  const folder = await temporaryFolder();
  const [pair, other] = [await generateKeyPair('x'), await generateKeyPair('x')];
  const path = (name: string): string => join(folder, name);
  await writeFile(path('file'), 'bytes\n');
  await writeFile(path('changed'), 'Bytes\n');
  await writeFile(path('cos.pub'), pair.publicKey);
  await writeFile(path('other.pub'), other.publicKey);
  await writeFile(path('file.sig'), await createSignature(streamOf('bytes\n'), await openPrivateKey(pair.privateKey, 'x', 'k')));
  expect([opensslVerifies(path('file'), path('file.sig'), path('cos.pub')), opensslVerifies(path('changed'), path('file.sig'), path('cos.pub')), opensslVerifies(path('file'), path('file.sig'), path('other.pub'))]).toEqual([true, false, false]);
});

test('signatures that openssl makes are found good', async () => {
  const folder = await temporaryFolder();
  const script = 'openssl ecparam -name prime256v1 -genkey -noout -out k.pem && openssl ec -in k.pem -pubout -out k.pub 2>/dev/null && printf data > f && openssl dgst -sha256 -sign k.pem f | base64 -w0 && cat k.pub';
  const output = execFileSync('/bin/sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
  const at = output.indexOf('-----BEGIN');
  const key = readPublicKey(output.slice(at), 'k.pub');
  expect(await verifySignature(streamOf('data'), output.slice(0, at), key, 'f.sig')).toBe(true);
  expect(await verifySignature(streamOf('date'), output.slice(0, at), key, 'f.sig')).toBe(false);
});

test('what is no signature is told apart from a bad signature', async () => {
  const key = readPublicKey((await generateKeyPair('x')).publicKey, 'k');
  for (const text of ['', 'not base64!', 'AAAA', 'A'.repeat(400)]) {
    expect(await failureOf(verifySignature(streamOf('x'), text, key, 'f.sig')), text).toMatchObject({ code: 'signature-file' });
  }
});
