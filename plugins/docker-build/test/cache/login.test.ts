import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, hostVariables, TestImages } from '../rig/engine.ts';
import { buildOn, pushFrom } from '../rig/share.ts';

// A cache behind a login, with a certificate of an authority of its own: the logins and certificates of the machine count, as for docker and podman.

const PASSWORD = 'password';
/** Of the user `user`; made with htpasswd, bcrypt. */
const HASH = '$2b$04$e6UNk7taUFdXmStfOnt1CeLWyTVGMD0XdE5chU/ffR3ZdkK5vm/pG';

let images: TestImages;
let registry: TestRegistry;
let folder: string;

beforeAll(async () => {
  images = new TestImages(await connect());
  await images.base();
  folder = mkdtempSync(join(tmpdir(), 'cos-login-'));
  const openssl = (...words: readonly string[]): void => void execFileSync('openssl', [...words], { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=authority', '-keyout', 'ca.key', '-out', 'ca.crt');
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1\n');
  openssl('req', '-new', ...newKey, '-subj', '/CN=server', '-keyout', 'server.key', '-out', 'server.csr');
  openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names', '-out', 'server.crt');
  writeFileSync(join(folder, 'htpasswd'), `user:${HASH}\n`);
  registry = await startRegistry({
    config: { http: { tls: { certificate: join(folder, 'server.crt'), key: join(folder, 'server.key') } }, auth: { htpasswd: { realm: 'cache', path: join(folder, 'htpasswd') } } },
  });
});
afterAll(async () => {
  await registry.close();
  await images.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A machine whose user knows the authority, with a file of docker's logins. */
function machine(name: string, config: object): Readonly<Record<string, string>> {
  const home = join(folder, name);
  const certificates = join(home, '.config/docker/certs.d', registry.host);
  mkdirSync(certificates, { recursive: true });
  mkdirSync(join(home, '.docker'));
  copyFileSync(join(folder, 'ca.crt'), join(certificates, 'ca.crt'));
  writeFileSync(join(home, '.docker/config.json'), JSON.stringify(config));
  const { DOCKER_CONFIG: _, ...env } = hostVariables();
  return { ...env, HOME: home };
}

/** A machine that keeps its logins with a program, which finds them by a variable. */
function machineWithHelper(): Readonly<Record<string, string>> {
  const env = machine('helper', { credHelpers: { [registry.host]: 'kept' } });
  const programs = join(folder, 'programs');
  const kept = join(folder, 'kept');
  mkdirSync(programs);
  mkdirSync(kept);
  writeFileSync(join(kept, 'login'), JSON.stringify({ Username: 'user', Secret: PASSWORD }));
  writeFileSync(join(programs, 'docker-credential-kept'), '#!/bin/sh\nexec cat "$PASSWORD_STORE_DIR/login"\n');
  chmodSync(join(programs, 'docker-credential-kept'), 0o755);
  return { ...env, PATH: `${programs}:${env['PATH'] ?? ''}`, PASSWORD_STORE_DIR: kept };
}

/** As `docker login` writes it. */
const WRITTEN = Buffer.from(`user:${PASSWORD}`).toString('base64');

describe('a cache behind a login', () => {
  const recipe = { prelude: ['echo prelude > /prelude'], steps: ['echo step > /step'] };

  it('is pushed to and pulled from with the logins of the machine, written down or kept by a program', async () => {
    const repository = `${registry.host}/team/cache`;
    const first = machine('written', { auths: { [registry.host]: { auth: WRITTEN } } });
    const built = await buildOn(images, { recipe, env: first });
    const pushed = await pushFrom(images, built, repository, { env: first });
    expect(pushed.text).toBe('');
    const second = await buildOn(images, { recipe, pull: [repository], env: machineWithHelper() });
    expect(second.origin).toEqual({ ...built.origin, made: 'pulled' });
    const told = JSON.stringify([pushed.events, second.run.events]);
    expect(told).not.toContain(PASSWORD);
    expect(told).not.toContain(WRITTEN);
  });

  it('refuses who has no login: what it has is built, a push fails', async () => {
    const repository = `${registry.host}/team/closed`;
    const stranger = machine('stranger', {});
    const built = await buildOn(images, { recipe: { steps: ['echo other > /other'] }, pull: [repository], env: stranger });
    expect(built.origin.made).toBe('built');
    expect(built.run.lines.filter((line) => line.includes('images are not looked for'))).toHaveLength(1);
    const pushed = await pushFrom(images, built, repository, { env: stranger });
    expect(pushed.failure?.code).toBe('COS_DOCKER_PUSH_FAILED');
  });
});
