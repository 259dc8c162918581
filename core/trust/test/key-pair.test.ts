import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, scryptSync } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import nacl from 'tweetnacl';
import { expect, test } from 'vitest';
import { generateKeyPair, openPrivateKey, publicPem, readPublicKey } from '../src/keys/key-pair.ts';
import { failureOf } from './rig.ts';

interface Parts {
  readonly label?: string;
  readonly N?: number;
  readonly pkcs8?: Buffer;
  readonly password?: string;
}

/** A key file made step by step by the published layout, not by the code under test. */
function handMadeKey({ label = 'ENCRYPTED SIGSTORE PRIVATE KEY', N = 65_536, pkcs8, password = 'secret' }: Parts): string {
  const der = pkcs8 ?? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'der' });
  const [salt, nonce] = [randomBytes(32), randomBytes(24)];
  const sealed = nacl.secretbox(der, nonce, scryptSync(password, salt, 32, { N, r: 8, p: 1, maxmem: 2 ** 28 }));
  const json = `{"kdf":{"name":"scrypt","params":{"N":${N},"r":8,"p":1},"salt":"${salt.toString('base64')}"},"cipher":{"name":"nacl/secretbox","nonce":"${nonce.toString('base64')}"},"ciphertext":"${Buffer.from(sealed).toString('base64')}"}`;
  return pemOf(json, label);
}

function pemOf(content: string, label = 'ENCRYPTED SIGSTORE PRIVATE KEY'): string {
  const body = execFileSync('base64', ['-w64'], { input: content, encoding: 'utf8' });
  return `-----BEGIN ${label}-----\n${body}-----END ${label}-----\n`;
}

test('a generated pair has the layout of cosign and belongs together', async () => {
  const pair = await generateKeyPair('secret');
  expect(pair.privateKey).toMatch(/^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n(?:[A-Za-z0-9+/=]{1,64}\n)+-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n$/);
  const content = JSON.parse(Buffer.from(pair.privateKey.split('\n').slice(1, -2).join(''), 'base64').toString());
  expect(content).toEqual({
    kdf: { name: 'scrypt', params: { N: 65_536, r: 8, p: 1 }, salt: expect.stringMatching(/^.{43}=$/) },
    cipher: { name: 'nacl/secretbox', nonce: expect.stringMatching(/^.{32}$/) },
    ciphertext: expect.any(String),
  });
  const key = await openPrivateKey(pair.privateKey, 'secret', 'cos.key');
  expect(publicPem(key)).toBe(pair.publicKey);
  expect(execFileSync('openssl', ['pkey', '-pubin', '-noout', '-text'], { input: pair.publicKey, encoding: 'utf8' })).toContain('prime256v1');
});

test('what a generated key file seals is PKCS#8 that others open', async () => {
  const pair = await generateKeyPair('pass word');
  const content = JSON.parse(Buffer.from(pair.privateKey.split('\n').slice(1, -2).join(''), 'base64').toString());
  const secretKey = scryptSync('pass word', Buffer.from(content.kdf.salt, 'base64'), 32, { N: 65_536, r: 8, p: 1, maxmem: 2 ** 28 });
  const der = nacl.secretbox.open(Buffer.from(content.ciphertext, 'base64'), Buffer.from(content.cipher.nonce, 'base64'), secretKey);
  const described = execFileSync('openssl', ['pkey', '-inform', 'DER', '-pubout'], { input: Buffer.from(der!), encoding: 'utf8' });
  expect(described).toBe(pair.publicKey);
});

test.each(['ENCRYPTED SIGSTORE PRIVATE KEY', 'ENCRYPTED COSIGN PRIVATE KEY'])('key files with the header %s are read', async (label) => {
  const pkcs8 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'der' });
  const key = await openPrivateKey(handMadeKey({ label, pkcs8 }), 'secret', 'cos.key');
  expect(key.equals(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }))).toBe(true);
});

test('a wrong password and a damaged file are told, without the password', async () => {
  const good = handMadeKey({});
  const lines = good.split('\n');
  const cut = [lines[0], ...lines.slice(3)].join('\n');
  const cases: Record<string, readonly [pem: string, password: string]> = {
    'wrong password': [good, 'hunter2'],
    'no key': ['hello', 'hunter2'],
    'other label': [good.replaceAll('ENCRYPTED SIGSTORE', 'RSA'), 'hunter2'],
    'lines lost': [cut, 'hunter2'],
    'scrypt without bounds': [pemOf('{"kdf":{"name":"scrypt","params":{"N":1099511627776,"r":8,"p":1},"salt":""},"cipher":{"name":"nacl/secretbox","nonce":""},"ciphertext":""}'), 'hunter2'],
    'other cipher': [pemOf('{"kdf":{"name":"scrypt"},"cipher":{"name":"rot13"}}'), 'hunter2'],
    'other curve': [handMadeKey({ pkcs8: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'der' }), password: 'hunter2' }), 'hunter2'],
  };
  const told = await Promise.all(Object.entries(cases).map(async ([name, [pem, password]]) => {
    const { code, message } = await failureOf(openPrivateKey(pem, password, 'file:cos.key'));
    return `${name}: ${code} ${message}`;
  }));
  expect(told.join('\n')).not.toContain('hunter2');
  expect(told).toMatchInlineSnapshot(`
    [
      "wrong password: password The password does not open the private key file:cos.key.",
      "no key: key The key file file:cos.key cannot be used: expected "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----", found no PEM block, or its base64 is damaged.",
      "other label: key The key file file:cos.key cannot be used: expected "ENCRYPTED SIGSTORE PRIVATE KEY", found "RSA PRIVATE KEY".",
      "lines lost: key The key file file:cos.key cannot be used: expected JSON, found content that is damaged.",
      "scrypt without bounds: key The key file file:cos.key cannot be used: expected N 65536, r 8, p 1, found scrypt parameters out of bounds.",
      "other cipher: key The key file file:cos.key cannot be used: expected scrypt with nacl/secretbox, found another cipher.",
      "other curve: key The key file file:cos.key cannot be used: expected an EC key on the curve P-256, found another kind of key.",
    ]
  `);
});

test('an older cost of scrypt is read', async () => {
  await openPrivateKey(handMadeKey({ N: 32_768 }), 'secret', 'cos.key');
});

test('public keys of another kind are refused', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const damaged = (await generateKeyPair('')).publicKey.replace(/\n.{8}/, `\n${createHash('sha256').update('x').digest('base64').slice(0, 8)}`);
  for (const pem of [rsa, damaged, '']) expect(await failureOf((async () => readPublicKey(pem, 'cos.pub'))())).toMatchObject({ code: 'key' });
});
