import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/engine/client.ts';
import { findEndpoint } from '../../src/engine/endpoint.ts';
import { inspectImage } from '../../src/engine/images.ts';
import { importImage } from '../../src/engine/import-image.ts';
import { productOf } from '../../src/engine/product.ts';
import { busyboxTar } from '../rig/busybox.ts';
import { startDocker, type DockerService } from '../rig/dockerd.ts';
import { never } from '../rig/engine.ts';

let folder: string;
let docker: DockerService;
let host: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cos-tls-'));
  for (const authority of ['ours', 'theirs']) openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${authority}`, '-keyout', `${authority}.key`, '-out', `${authority}.pem`);
  certify('server', 'ours', 'subjectAltName=IP:127.0.0.1', '2');
  certify('client', 'ours', 'extendedKeyUsage=clientAuth', '2');
  certify('stranger', 'theirs', 'extendedKeyUsage=clientAuth', '2');
  certify('expired', 'ours', 'extendedKeyUsage=clientAuth', '-1');
  const port = await freePort();
  host = `tcp://127.0.0.1:${port}`;
  docker = await startDocker('-H', host, '--tlsverify', '--tlscacert', join(folder, 'ours.pem'), '--tlscert', join(folder, 'server.pem'), '--tlskey', join(folder, 'server.key'));
});
afterAll(async () => {
  await docker.stop();
  rmSync(folder, { recursive: true });
});

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', [...args], { cwd: folder, stdio: 'pipe' });
}

function certify(name: string, authority: string, extension: string, days: string): void {
  writeFileSync(join(folder, `${name}.ext`), `${extension}\n`);
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-days', days, '-extfile', `${name}.ext`, '-out', `${name}.pem`);
}

/** A folder as DOCKER_CERT_PATH names it. */
function certificates(authority: string, client: string | undefined, to = mkdtempSync(join(folder, 'certs-'))): string {
  mkdirSync(to, { recursive: true });
  copyFileSync(join(folder, `${authority}.pem`), join(to, 'ca.pem'));
  if (client !== undefined) {
    copyFileSync(join(folder, `${client}.pem`), join(to, 'cert.pem'));
    copyFileSync(join(folder, `${client}.key`), join(to, 'key.pem'));
  }
  return to;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const ping = async (env: Readonly<Record<string, string>>) => createClient(await findEndpoint({ socket: undefined, env, home: join(folder, 'home') })).ask({ method: 'GET', path: '/_ping', signal: never });

describe('an engine behind TLS', () => {
  it('answers whom it knows, and takes images', async () => {
    const env = { DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates('ours', 'client') };
    const client = createClient(await findEndpoint({ socket: undefined, env }));
    expect((await productOf(client, never)).name).toBe('docker');
    const id = await importImage(client, { rootfs: busyboxTar(), name: { repository: 'tls', tag: '1' }, env: {}, platform: 'linux/amd64', signal: never });
    expect((await inspectImage(client, 'tls:1', never))?.id).toBe(id);
  });

  it('is found by a context of the docker program, with the certificates of that', async () => {
    const id = createHash('sha256').update('far').digest('hex');
    const config = join(folder, 'config');
    mkdirSync(join(config, 'contexts/meta', id), { recursive: true });
    writeFileSync(join(config, 'contexts/meta', id, 'meta.json'), JSON.stringify({ Name: 'far', Endpoints: { docker: { Host: host } } }));
    await expect(ping({ DOCKER_CONFIG: config, DOCKER_CONTEXT: 'far' })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_TLS', message: expect.stringContaining('it expects an encrypted connection') as unknown }] });
    certificates('ours', 'client', join(config, 'contexts/tls', id, 'docker'));
    await expect(ping({ DOCKER_CONFIG: config, DOCKER_CONTEXT: 'far' })).resolves.toBeDefined();
  });

  it.each([
    ['its certificate is of another authority', 'theirs', 'client', 'certificate of the engine'],
    ['the client has no certificate', 'ours', undefined, 'refuses the certificate of the client'],
    ['the certificate of the client is of another authority', 'ours', 'stranger', 'refuses the certificate of the client'],
    ['the certificate of the client has expired', 'ours', 'expired', 'refuses the certificate of the client'],
  ])('is told to be out of reach, with why, when %s', async (_, authority, client, why) => {
    const certs = certificates(authority, client);
    await expect(ping({ DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certs })).rejects.toMatchObject({
      diagnostics: [{ code: 'COS_DOCKER_TLS', message: expect.stringContaining(why) as unknown, notes: [{ message: 'The address comes from DOCKER_HOST.' }], hint: expect.stringMatching(/\w/) as unknown }],
    });
  });

  it('is told what is the matter when it is asked without TLS', async () => {
    await expect(ping({ DOCKER_HOST: host })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_TLS', message: expect.stringContaining('it expects an encrypted connection') as unknown }] });
  });

  it('is not asked with certificates that are not there', async () => {
    await expect(ping({ DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(folder, 'nowhere') })).rejects.toMatchObject({
      diagnostics: [{ code: 'COS_DOCKER_TLS', message: `The folder ${join(folder, 'nowhere')} (DOCKER_CERT_PATH) has no ca.pem.` }],
    });
  });

  it('is not reached over SSH: the address is refused with the way that there is', async () => {
    await expect(ping({ DOCKER_HOST: 'ssh://user@host' })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_ENDPOINT_FORM', hint: expect.stringContaining('ssh -N -L') as unknown }] });
  });
});
