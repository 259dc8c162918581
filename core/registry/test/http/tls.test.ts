import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/index.ts';
import { startRegistry, type TestRegistry } from '../../src/testing.ts';
import { makeAuthority, makeCertificate, type KeyPair } from '../rig/certificates.ts';
import { pushImage } from '../rig/image.ts';

// A registry with a certificate of an authority that nobody knows, and one that also wants a certificate of its clients.

let folder: string;
let authority: KeyPair;
let client: KeyPair;
let server: TestRegistry;
let strict: TestRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cos-registry-tls-'));
  authority = makeAuthority(folder, 'authority');
  client = makeCertificate(folder, 'client', authority);
  const own = makeCertificate(folder, 'server', authority);
  const tls = { certificate: own.cert, key: own.key };
  server = await startRegistry({ config: { http: { tls } } });
  strict = await startRegistry({ config: { http: { tls: { ...tls, clientcas: [authority.cert] } } } });
});
afterAll(async () => {
  await server.close();
  await strict.close();
  await rm(folder, { recursive: true });
});

/** A folder of certificates in the way of docker. */
async function certificates(name: string, host: string, files: Readonly<Record<string, string>>): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, host), { recursive: true });
  for (const [file, from] of Object.entries(files)) await cp(from, join(path, host, file));
  return path;
}

describe('a registry with an own authority', () => {
  it('is used where its folder has the authority', async () => {
    const folders = [join(folder, 'none'), await certificates('known', server.host, { 'ca.crt': authority.cert })];
    await using registry = createRegistry({ tls: { folders } });
    const { descriptor } = await pushImage(registry, `${server.host}/x:1`);
    expect(await registry.resolve(`${server.host}/x:1`)).toEqual(descriptor);
  });

  it('is used where the options have the authority, for one host or for all', async () => {
    const pem = await readFile(authority.cert, 'utf8');
    for (const tls of [{ hosts: { [server.host]: { authorities: [pem] } } }, { authorities: [pem], hosts: { [server.host]: { authorities: [] } } }]) {
      await using registry = createRegistry({ tls });
      expect(await registry.resolve(`${server.host}/none:1`)).toBeUndefined();
    }
  });

  it('is refused where nothing has it', async () => {
    const registry = createRegistry({ tls: { hosts: { [server.host]: { authorities: [] } } } });
    await expect(registry.resolve(`${server.host}/x:1`)).rejects.toMatchObject({ code: 'certificate', registry: server.host, found: expect.stringMatching(/UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET/), hint: 'Give the authority that signed the certificate of the registry.' });
  });

  it('is refused under a name that its certificate does not have', async () => {
    const other = `127.0.0.2:${server.port}`;
    // docker-registry listens on 127.0.0.1 only, so a name stands for another one.
    const name = `localhost:${server.port}`;
    const authorities = [await readFile(authority.cert, 'utf8')];
    await using registry = createRegistry({ tls: { hosts: { [name]: { authorities }, [other]: { authorities } } } });
    expect(await registry.resolve(`${name}/x:9`)).toBeUndefined();
    const wrong = makeCertificate(folder, 'elsewhere', authority, { names: 'DNS:registry.example' });
    await using elsewhere = await startRegistry({ config: { http: { tls: { certificate: wrong.cert, key: wrong.key } } } });
    const strictly = createRegistry({ tls: { hosts: { [elsewhere.host]: { authorities } } } });
    await expect(strictly.resolve(`${elsewhere.host}/x:1`)).rejects.toMatchObject({ code: 'certificate', hint: 'The certificate is for another name: use the name that it is made for.' });
  });

  it('is not asked without TLS by mistake, nor the other way round', async () => {
    await expect(createRegistry().manifest(`${server.host}/x:1`)).rejects.toMatchObject({ code: 'refused', status: 400 });
    await using plain = await startRegistry();
    const registry = createRegistry({ tls: { hosts: { [plain.host]: { authorities: [] } } } });
    await expect(registry.resolve(`${plain.host}/x:1`)).rejects.toMatchObject({ code: 'certificate', found: `${plain.host} does not answer in TLS`, hint: 'If it is a registry without TLS, list it as insecure.' });
  });
});

describe('a registry that wants a client certificate', () => {
  it('is used with one', async () => {
    const folders = [await certificates('client', strict.host, { 'ca.crt': authority.cert, 'client.cert': client.cert, 'client.key': client.key })];
    await using registry = createRegistry({ tls: { folders } });
    const { descriptor } = await pushImage(registry, `${strict.host}/x:1`);
    expect(await registry.resolve(`${strict.host}/x:1`)).toEqual(descriptor);
  });

  it('refuses who has none', async () => {
    const folders = [await certificates('no-client', strict.host, { 'ca.crt': authority.cert })];
    await using registry = createRegistry({ tls: { folders }, retries: { attempts: 1 } });
    await expect(registry.resolve(`${strict.host}/x:1`)).rejects.toMatchObject({ code: 'unreachable', hint: 'If the registry wants a client certificate, give one for this host.' });
  });
});

describe('a folder of certificates', () => {
  it('with a certificate without its key says which file is missing', async () => {
    const folders = [await certificates('half', 'r.example', { 'client.cert': client.cert })];
    await expect(createRegistry({ tls: { folders } }).resolve('r.example/x:1')).rejects.toMatchObject({ code: 'certificate', registry: 'r.example', expected: `${join(folders[0]!, 'r.example/client.key')}, the key of client.cert`, found: 'no such file' });
  });

  it('with a file that is no certificate says which', async () => {
    const path = join(folder, 'text');
    await writeFile(path, 'hello');
    const folders = [await certificates('bad', 'r.example', { 'ca.crt': path })];
    await expect(createRegistry({ tls: { folders } }).resolve('r.example/x:1')).rejects.toMatchObject({ code: 'certificate', expected: `PEM in ${join(folders[0]!, 'r.example/ca.crt')}` });
  });
});
