import { chmodSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ClientError, openRoot, readState } from '../src/index.ts';
import { createWorld } from './rig/world.ts';
import { pax } from './rig/raw-tar.ts';

const file = (name: string, content = name, mode?: number) => ({ name, content, ...(mode === undefined ? {} : { mode }) });
const folder = (name: string, mode = 0o755) => ({ name: `${name}/`, type: '5', mode });

async function failure(work: Promise<unknown>): Promise<ClientError> {
  const error = await work.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof ClientError) return error;
  throw new Error(`no ClientError: ${String(error)}`);
}

describe('install', () => {
  test('brings a package and what it requires, the required ones first', async () => {
    await using world = await createWorld();
    await world.publish({ packages: [{ id: 'app/tool@1.0', requires: ['lib/base@>=1'], entries: [folder('usr'), folder('usr/bin'), file('usr/bin/tool', 'tool 1', 0o755)] }, { id: 'lib/base@1.2', entries: [folder('usr'), file('usr/base', 'base')] }, { id: 'lib/other@1', entries: [file('other')] }] });
    const { install } = await world.install(['app/tool']);
    expect(install.map(({ definition }) => definition.name)).toEqual(['base', 'tool']);
    expect(world.content()).toEqual({ usr: 'folder', 'usr/base': 'base', 'usr/bin': 'folder', 'usr/bin/tool': 'tool 1' });
    expect(lstatSync(join(world.root, 'usr/bin/tool')).mode & 0o7777).toBe(0o755);
    expect(readState(openRoot(world.root)).packages.map(({ name, version, requested, files }) => ({ name, version, requested, files }))).toEqual([
      { name: 'tool', version: '1.0', requested: true, files: ['usr/bin/tool'] },
      { name: 'base', version: '1.2', requested: false, files: ['usr/base'] },
    ]);
    expect((await world.install(['app/tool'])).install).toEqual([]);
  });

  test('keeps hard links, links, modes with setuid, and capabilities', async () => {
    await using world = await createWorld();
    // VFS_CAP_REVISION_2 with cap_net_raw, permitted and effective.
    const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex').toString('latin1');
    await world.publish({ packages: [{ id: 'a/b@1', entries: [folder('bin'), pax({ 'SCHILY.xattr.security.capability': capability }), file('bin/ping', 'ping', 0o755), { name: 'bin/ping4', type: '1', link: 'bin/ping' }, { name: 'bin/sh', type: '2', link: 'ping' }, file('bin/su', 'su', 0o4755), { name: 'bin/pipe', type: '6', mode: 0o600 }] }] });
    await world.install(['a/b']);
    const at = (name: string) => lstatSync(join(world.root, 'bin', name));
    expect(at('ping').ino).toBe(at('ping4').ino);
    expect(at('su').mode & 0o7777).toBe(0o4755);
    expect(at('pipe').isFIFO()).toBe(true);
    expect(world.content()['bin/sh']).toBe('-> ping');
    expect(execFileSync('getcap', [join(world.root, 'bin/ping')], { encoding: 'utf8' })).toContain('cap_net_raw=ep');
  });

  test('follows the folder links of the root, never out of it', async () => {
    await using world = await createWorld();
    mkdirSync(join(world.root, 'usr/lib'), { recursive: true });
    symlinkSync('usr/lib', join(world.root, 'lib'));
    symlinkSync('/usr', join(world.root, 'abs'));
    symlinkSync('../../../../../..', join(world.root, 'up'));
    await world.publish({ packages: [{ id: 'a/b@1', entries: [folder('lib'), file('lib/x'), file('abs/y'), folder('up'), file('up/z')] }] });
    await world.install(['a/b']);
    expect(world.content()).toMatchObject({ lib: '-> usr/lib', 'usr/lib/x': 'lib/x', 'usr/y': 'abs/y', z: 'up/z' });
    expect(readState(openRoot(world.root)).packages[0]?.files).toEqual(['usr/lib/x', 'usr/y', 'z']);
  });

  test('lets links of one package lead the files of another, whichever comes first', async () => {
    await using world = await createWorld();
    await world.publish({ packages: [{ id: 'a/early@1', entries: [folder('bin'), file('bin/x')] }, { id: 'b/system@1', requires: ['a/early'], entries: [folder('usr'), folder('usr/bin'), { name: 'bin', type: '2', link: 'usr/bin' }, file('usr/bin/sh')] }] });
    await world.install(['b/system']);
    expect(world.content()).toEqual({ bin: '-> usr/bin', usr: 'folder', 'usr/bin': 'folder', 'usr/bin/sh': 'usr/bin/sh', 'usr/bin/x': 'bin/x' });
  });

  test('prefers what a provider offers, and the repository with the lower number', async () => {
    await using world = await createWorld();
    await world.publish({ name: 'second', priority: 2, packages: [{ id: 'a/b@9', entries: [file('b', '9')] }] });
    await world.publish({ name: 'first', priority: 1, packages: [{ id: 'a/b@1', entries: [file('b', '1')] }, { id: 'a/mail@1', requires: ['v/mta'], entries: [file('mail')] }, { id: 'a/postfix@1', provides: ['v/mta'], entries: [file('postfix')] }] });
    await world.install(['a/b']);
    expect(world.content()).toEqual({ b: '1' });
    await world.install(['a/mail']);
    expect(world.content()).toEqual({ b: '1', mail: 'mail', postfix: 'postfix' });
    await world.install(['a/b@>=2']);
    expect(world.content()['b']).toBe('9');
  });

  test('upgrades the rest first when asked to, or leaves it', async () => {
    await using world = await createWorld();
    await world.publish({ packages: [{ id: 'a/b@1', entries: [file('b', '1')] }, { id: 'a/c@1', entries: [file('c', '1')] }] });
    await world.install(['a/b']);
    await world.publish({ packages: [{ id: 'a/b@2', entries: [file('b', '2')] }, { id: 'a/c@1', entries: [file('c', '1')] }, { id: 'a/d@1', entries: [file('d', '1')] }] });
    await world.install(['a/c'], { others: 'keep' });
    expect(world.content()).toEqual({ b: '1', c: '1' });
    await world.install(['a/d'], { others: 'upgrade' });
    expect(world.content()).toEqual({ b: '2', c: '1', d: '1' });
  });

  test('says who requires what when there is no answer, and changes nothing', async () => {
    await using world = await createWorld();
    await world.publish({ packages: [{ id: 'a/b@1', requires: ['a/c@>=2'], entries: [] }, { id: 'a/c@1', entries: [] }, { id: 'x/y@1', conflicts: ['x/z@>=0'], entries: [] }, { id: 'x/z@1', entries: [] }] });
    const unknown = await failure(world.install(['a/nothing']));
    expect([unknown.code, unknown.message]).toEqual(['unknown-package', 'No package a/nothing in the repositories (required by what is asked for).']);
    const version = await failure(world.install(['a/b']));
    expect([version.code, version.message, version.found]).toEqual(['unknown-package', 'No version of a/c satisfies >=2 (required by a/b@1).', 'version 1']);
    const both = await failure(world.install(['x/y', 'x/z']));
    expect([both.code, both.notes]).toEqual(['unsatisfiable', ['x/z@1: in conflict with x/y@1 (x/z@>=0) (x/y/1/definition.yaml:1)']]);
    expect(world.content()).toEqual({});
  });

  test('refuses files that another package has, all of them at once, unless forced', async () => {
    await using world = await createWorld();
    await world.publish({ packages: [{ id: 'a/b@1', entries: [file('x', 'b'), file('y', 'b')] }, { id: 'a/c@1', entries: [file('x', 'c'), file('y', 'c'), file('z', 'c')] }] });
    await world.install(['a/b']);
    const conflict = await failure(world.install(['a/c']));
    expect([conflict.code, conflict.notes]).toEqual(['file-conflict', ['/x: a/c@1 and a/b@1 have it', '/y: a/c@1 and a/b@1 have it']]);
    expect(world.content()).toEqual({ x: 'b', y: 'b' });
    await world.install(['a/c'], { force: true });
    expect(world.content()).toEqual({ x: 'c', y: 'c', z: 'c' });
  });

  test('puts changed configuration beside the file of the root', async () => {
    await using world = await createWorld();
    const version = (number: string) => ({ packages: [{ id: `a/b@${number}`, annotations: { config_protect: '/etc/b' }, entries: [folder('etc'), folder('etc/b'), file('etc/b/conf', number), file('etc/free', number)] }] });
    await world.publish(version('1'));
    await world.install(['a/b']);
    writeFileSync(join(world.root, 'etc/b/conf'), 'mine');
    writeFileSync(join(world.root, 'etc/free'), 'mine');
    await world.publish(version('2'));
    await world.upgrade();
    expect(world.content()).toMatchObject({ 'etc/b/conf': 'mine', 'etc/b/._cfg0001_conf': '2', 'etc/free': '2' });
    expect(world.events).toContainEqual({ kind: 'set-aside', path: 'etc/b/conf', beside: 'etc/b/._cfg0001_conf' });
    await world.publish(version('3'));
    await world.upgrade();
    expect(world.content()).toMatchObject({ 'etc/b/conf': 'mine', 'etc/b/._cfg0002_conf': '3' });
  });
});

describe('upgrade', () => {
  test('swaps versions: new files come, old ones and empty folders go, others stay', async () => {
    await using world = await createWorld();
    await world.publish({ packages: [{ id: 'a/b@1', entries: [folder('old'), file('old/only', '1'), folder('both'), file('both/x', '1'), file('kind', 'file')] }] });
    await world.install(['a/b']);
    writeFileSync(join(world.root, 'both/mine'), 'mine');
    await world.publish({ packages: [{ id: 'a/b@2', entries: [folder('new', 0o700), file('new/only', '2'), folder('both'), file('both/y', '2'), folder('kind'), file('kind/x', '2')] }] });
    const { install, replace } = await world.upgrade();
    expect([install.map(({ definition }) => definition.version), replace.map(({ version }) => version)]).toEqual([['2'], ['1']]);
    expect(world.content()).toEqual({ both: 'folder', 'both/mine': 'mine', 'both/y': '2', kind: 'folder', 'kind/x': '2', new: 'folder', 'new/only': '2' });
    expect(lstatSync(join(world.root, 'new')).mode & 0o7777).toBe(0o700);
    expect(readState(openRoot(world.root)).packages[0]?.requested).toBe(true);
  });

  test('takes another build of the same version only when asked to', async () => {
    await using world = await createWorld();
    await world.publish({ packages: [{ id: 'a/b@1', buildTimestamp: 'one', entries: [file('x', 'one')] }] });
    await world.install(['a/b']);
    await world.publish({ packages: [{ id: 'a/b@1', buildTimestamp: 'two', entries: [file('x', 'two')] }] });
    expect((await world.upgrade()).install).toEqual([]);
    expect((await world.upgrade({ sync: true })).install).toHaveLength(1);
    expect(world.content()).toEqual({ x: 'two' });
  });
});

describe('uninstall', () => {
  test('removes files and folders left empty, and refuses what is required', async () => {
    await using world = await createWorld();
    await world.publish({ packages: [{ id: 'a/b@1', requires: ['a/c'], entries: [folder('d'), file('d/b')] }, { id: 'a/c@1', entries: [folder('d'), file('d/c'), folder('e'), file('e/c')] }] });
    await world.install(['a/b']);
    const required = await failure(world.uninstall(['a/c']));
    expect([required.code, required.notes]).toEqual(['required', ['a/b@1 requires a/c@>=0']]);
    expect((await failure(world.uninstall(['a/none']))).code).toBe('not-installed');
    await world.uninstall(['a/b']);
    expect(world.content()).toEqual({ d: 'folder', 'd/c': 'd/c', e: 'folder', 'e/c': 'e/c' });
    await world.uninstall(['a/c']);
    expect(world.content()).toEqual({});
  });
});

describe('finalizers', () => {
  const shell = ['bin', 'bin/sh'];
  const busybox = readFileSync('/bin/busybox');
  const system = { id: 's/sh@1', entries: [folder('bin'), { name: 'bin/sh', content: busybox, mode: 0o755 }, { name: 'bin/touch', type: '2', link: 'sh' }, folder('proc')] };
  const content = (world: { content(): Readonly<Record<string, string>> }) => Object.fromEntries(Object.entries(world.content()).filter(([path]) => !shell.includes(path) && path !== 'bin/touch' && path !== 'proc'));

  test('run in the root, in namespaces of their own, required ones first, with the declared environment alone', async () => {
    await using world = await createWorld();
    await world.publish({ packages: [system, { id: 'z/first@1', requires: ['s/sh'], entries: [], finalize: 'install:\n- echo first >> /log; echo "${HOME-none} $NAME $$" >> /log\n' }, { id: 'a/second@1', requires: ['z/first'], entries: [], finalize: 'shell: [/bin/sh, -ec]\ninstall:\n- echo {{ .Values.name }} {{ .Values.version }} >> /log\n' }] });
    await world.install(['a/second'], { finalizerEnv: { NAME: 'value' } });
    expect(content(world)).toEqual({ log: 'first\nnone value 1\nsecond 1\n' });
    expect(readState(openRoot(world.root)).packages.some(({ pendingFinalizer }) => pendingFinalizer !== undefined)).toBe(false);
  });

  test('that fail leave the package installed, are told with their command and output, and run again with the next command', async () => {
    await using world = await createWorld();
    await world.publish({ packages: [system, { id: 'a/b@1', requires: ['s/sh'], entries: [file('x')], finalize: 'install:\n- echo one >> /log\n- "echo about it; test -e /ready"\n- echo three >> /log\n' }] });
    const failed = await failure(world.install(['a/b']));
    expect([failed.code, failed.notes]).toEqual(['finalizer', ['the command: echo about it; test -e /ready', '| about it']]);
    expect(content(world)).toEqual({ log: 'one\n', x: 'x' });
    writeFileSync(join(world.root, 'ready'), '');
    await world.install(['a/b']);
    expect(content(world)).toEqual({ log: 'one\none\nthree\n', ready: '', x: 'x' });
  });
});

test('two commands do not change one root at once', async () => {
  await using world = await createWorld();
  await world.publish({ packages: [{ id: 'a/b@1', entries: [file('x')] }] });
  const results = await Promise.allSettled([world.install(['a/b']), world.install(['a/b'])]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(results.flatMap((result) => (result.status === 'rejected' && result.reason instanceof ClientError ? [result.reason.code] : []))).toEqual(['busy']);
  expect(world.content()).toEqual({ x: 'x' });
});

test('a record that cannot be read stops everything', async () => {
  await using world = await createWorld();
  await world.publish({ packages: [{ id: 'a/b@1', entries: [file('x')] }] });
  await world.install(['a/b']);
  const record = join(world.root, 'var/lib/cos/installed.json');
  writeFileSync(record, '{"format": 1, "packages": [{}]}');
  chmodSync(record, 0o600);
  expect((await failure(world.upgrade())).code).toBe('state');
  expect(readFileSync(record, 'utf8')).toContain('[{}]');
});
