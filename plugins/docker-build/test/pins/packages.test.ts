import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { askPin, createWorkspace, type TemporaryWorkspace } from '@cos/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PackagesRequest } from '../../src/bootstrap/options.ts';
import { dockerBuild } from '../../src/index.ts';
import { makeKey, TestMirror } from '../rig/packages.ts';

const mirror = new TestMirror();
const key = makeKey();
const other = makeKey();
const essential = [{ name: 'tiny', fields: 'Essential: yes\nDepends: impl-a | impl\n' }, { name: 'impl-a', fields: 'Provides: impl\n' }, { name: 'impl-b', fields: 'Provides: impl\n', version: '2:0.9+x~1-1' }];
const all = [...essential, { name: 'needed', fields: 'Priority: required\n' }, { name: 'wants', fields: 'Depends: helper\n' }, { name: 'helper' }];
beforeAll(() => mirror.publish(all));
afterAll(() => {
  mirror.remove();
  key.remove();
  other.remove();
});

const ask = (more: Partial<PackagesRequest>, workspace?: TemporaryWorkspace) => askPin(dockerBuild(), 'packages', 'os/amd64', { details: { suite: 'stable', platform: 'linux/amd64', mirrors: [mirror.trusted], ...more }, ...(workspace === undefined ? {} : { workspace }) });
const names = (versions: Readonly<Record<string, string>> | undefined) => Object.entries(versions ?? {}).map(([name, version]) => `${name} ${version.split(' ')[0]}`);

describe('the packages of a base', () => {
  it('stand in cos.lock with versions, digests of their files and the time of the release', async () => {
    await using asked = await ask({ packages: ['impl-b'], pool: ['wants'] });
    expect(asked.text).toBe('');
    const lock = await asked.workspace.read('cos.lock');
    expect(lock.replaceAll(/[0-9a-f]{64}/g, '<hex>').replaceAll(mirror.folder, '<mirror>')).toMatchInlineSnapshot(`
      "# What names of the outside stood for when they were looked up: digests of images, versions of packages.
      # cos writes this file; commit it. \`cos lock\` completes it, \`cos lock --update\` looks everything up anew.
      version: 1
      pins:
        docker-build:
          packages:
            os/amd64:
              for:
                components:
                  - main
                keyrings: []
                mirrors:
                  - deb [trusted=yes] copy:<mirror> stable main
                packages:
                  - impl-b
                platform: linux/amd64
                pool:
                  - wants
                suite: stable
                variant: minbase
              is:
                packages:
                  impl-a: 1:1.0 sha256:<hex>
                  impl-b: 2:0.9+x~1-1 sha256:<hex>
                  needed: 1:1.0 sha256:<hex>
                  tiny: 1:1.0 sha256:<hex>
                pool:
                  helper: 1:1.0 sha256:<hex>
                  wants: 1:1.0 sha256:<hex>
                releases:
                  Test test: '2026-01-01T00:00:00Z'
      "
    `);
  });

  it.each([
    ['custom', ['wants'], ['helper 1:1.0', 'wants 1:1.0']],
    ['custom', [], []],
    // The essential packages are chosen before anybody knows of the others.
    ['essential', ['impl-b'], ['impl-a 1:1.0', 'impl-b 2:0.9+x~1-1', 'tiny 1:1.0']],
    ['minbase', [], ['impl-a 1:1.0', 'needed 1:1.0', 'tiny 1:1.0']],
  ] as const)('of the variant %s with %j are those that will be installed', async (variant, packages, expected) => {
    await using asked = await ask({ variant, packages: [...packages] });
    expect(asked.text).toBe('');
    expect(names(asked.answer?.packages)).toEqual(expected);
  });

  it('can be looked up for a processor that the host does not have', async () => {
    await using asked = await ask({ platform: 'linux/arm64' });
    expect(names(asked.answer?.packages)).toContain('tiny 1:1.0');
  });

  it('stay as they are when the mirrors have a newer release with the same packages', async () => {
    await using workspace = await createWorkspace();
    const first = await ask({ variant: 'essential' }, workspace);
    expect(first.answer?.releases).toEqual({ 'Test test': '2026-01-01T00:00:00Z' });
    mirror.publish(all, { date: '2026-03-03T00:00:00Z' });
    // Named in another way, which is another question with the same answer.
    const second = await ask({ variant: 'custom', packages: ['tiny'] }, workspace);
    expect(second.answer).toEqual(first.answer);
    const third = await ask({ variant: 'custom', packages: ['tiny', 'helper'] }, workspace);
    expect(third.answer?.releases).toEqual({ 'Test test': '2026-03-03T00:00:00Z' });
  });
});

describe('a mirror', () => {
  const refused = async (more: Partial<PackagesRequest>, files: Readonly<Record<string, string | Uint8Array>> = {}) => {
    await using asked = await ask(more, await createWorkspace(files));
    return asked.diagnostics.map(({ code }) => code);
  };

  it.each([
    ['that does not answer', { mirrors: ['http://127.0.0.1:9/debian'] }, 'COS_DOCKER_MIRROR_UNREACHABLE'],
    ['that is not there', { mirrors: ['deb [trusted=yes] copy:/nonexistent stable main'] }, 'COS_DOCKER_MIRROR_UNREACHABLE'],
    ['without the component', { mirrors: [mirror.trusted.replace('main', 'contrib')] }, 'COS_DOCKER_SUITE_UNKNOWN'],
    ['without the package', { packages: ['nothing-like-it'] }, 'COS_DOCKER_PACKAGE_UNKNOWN'],
    ['without the version', { packages: ['tiny=9'] }, 'COS_DOCKER_PACKAGE_UNKNOWN'],
    ['that nobody has signed', { mirrors: [mirror.signed] }, 'COS_DOCKER_MIRROR_UNTRUSTED'],
  ])('%s is told', async (_, more, code) => {
    expect(await refused(more)).toEqual([code]);
  });

  it('without the suite is told', async () => {
    const server = createServer((request, response) => {
      const path = `${mirror.folder}${request.url ?? ''}`;
      response.writeHead(existsSync(path) ? 200 : 404).end(existsSync(path) ? readFileSync(path) : '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    try {
      expect(await refused({ mirrors: [`deb [trusted=yes] ${url} stable main`] })).toEqual([]);
      expect(await refused({ mirrors: [`deb [trusted=yes] ${url} unheard-of main`] })).toEqual(['COS_DOCKER_SUITE_UNKNOWN']);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('is trusted by keys of the workspace, armoured or not', async () => {
    mirror.publish(all, { key: key.folder });
    const files = { 'keys/a.asc': key.armoured, 'b.gpg': key.binary, 'other.asc': other.armoured, 'no-key': 'hello' };
    const cases = [
      [['keys'], []],
      [['b.gpg'], []],
      [['other.asc', 'keys/a.asc'], []],
      [['other.asc'], ['COS_DOCKER_MIRROR_UNTRUSTED']],
      [['no-key'], ['COS_DOCKER_KEYRING_FORM']],
      [['../b.gpg'], ['COS_PLAN_SOURCE']],
      [['c.gpg'], ['COS_PLAN_SOURCE']],
    ] as const;
    for (const [keyrings, expected] of cases) expect(await refused({ mirrors: [mirror.signed], keyrings: [...keyrings] }, files), keyrings.join()).toEqual(expected);
  });

  it('whose release is too old is told, unless its line says that it stands still', async () => {
    mirror.publish(all, { key: key.folder, validUntil: '2026-01-02T00:00:00Z' });
    const files = { 'a.asc': key.armoured };
    expect(await refused({ mirrors: [mirror.signed], keyrings: ['a.asc'] }, files)).toEqual(['COS_DOCKER_MIRROR_UNTRUSTED']);
    expect(await refused({ mirrors: [mirror.signed.replace('deb', 'deb [check-valid-until=no]')], keyrings: ['a.asc'] }, files)).toEqual([]);
  });
});
