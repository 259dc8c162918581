import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTar, type TarHeader } from '@cos/archive';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { pax } from './rig/raw-tar.ts';
import { createWorld, type World } from './rig/world.ts';

// VFS_CAP_REVISION_2 with cap_net_raw, permitted and effective.
const capability = '0100000200200000000000000000000000000000';
const time = 1_700_000_000;

let world: World;
beforeAll(async () => {
  world = await createWorld();
  const folder = (name: string, mode = 0o755, uid = 0) => ({ name: `${name}/`, type: '5', mode, uid });
  await world.publish({
    packages: [
      {
        id: 'app/system@1',
        requires: ['lib/shell'],
        entries: [
          folder('srv', 0o500, 3),
          { name: 'srv/secret', content: 'secret', mode: 0o000, uid: 3 },
          { name: 'srv/su', content: 'su', mode: 0o4755, uid: 4 },
          { name: 'srv/su2', type: '1', link: 'srv/su' },
          { name: 'srv/null', type: '3', device: [1, 3], mode: 0o666 },
          { name: 'srv/pipe', type: '6', mode: 0o600, uid: 5 },
          { name: 'srv/link', type: '2', link: 'su', uid: 6 },
          pax({ mtime: String(time), 'SCHILY.xattr.security.capability': Buffer.from(capability, 'hex').toString('latin1') }),
          { name: 'srv/ping', content: 'ping', mode: 0o755 },
          { name: 'srv/changed', content: 'old', mode: 0o640, uid: 7 },
        ],
        finalize: 'install:\n- echo new >> /srv/changed && chmod 0600 /srv/changed\n- mkdir -m 0700 /var/made && echo made > /var/made/file && echo > /open\n',
      },
      { id: 'lib/shell@1', entries: [folder('bin'), ...['sh', 'mkdir', 'chmod'].map((name) => ({ name: `bin/${name}`, content: readFileSync('/bin/busybox'), mode: 0o755 }))] },
      { id: 'app/broken@1', requires: ['lib/shell'], entries: [{ name: 'file', content: '1' }], finalize: 'install:\n- echo that is wrong; exit 3\n' },
    ],
  });
  chmodSync(world.folder, 0o755);
});
afterAll(async () => world[Symbol.asyncDispose]());

const isRoot = process.getuid?.() === 0;

function installTo(wanted: string, { finalizers = 'run', user }: { readonly finalizers?: string; readonly user?: number } = {}) {
  const args = ['--conditions=source', join(import.meta.dirname, 'rig/install-archive-once.ts'), join(world.folder, 'main'), wanted, finalizers];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { maxBuffer: 64 * 1024 ** 2, ...(user === undefined ? {} : { uid: user, gid: user }) });
  return { status, archive: stdout, told: stderr.toString() };
}

async function entriesOf(archive: Uint8Array): Promise<ReadonlyMap<string, TarHeader & { readonly text: string }>> {
  const found = new Map<string, TarHeader & { readonly text: string }>();
  const source = (async function* () {
    yield archive;
  })();
  for await (const entry of readTar(source)) {
    const chunks: Uint8Array[] = [];
    const { body, ...header } = entry;
    for await (const chunk of body) chunks.push(chunk);
    found.set(entry.path, { ...header, text: Buffer.concat(chunks).toString('latin1') });
  }
  return found;
}

describe('an archive of installed packages', () => {
  test('has owners, modes, links, devices and capabilities of the packages, what finalizers did, and the record', async () => {
    const { status, archive, told } = installTo('app/system');
    expect([status, told]).toEqual([0, '77 \n']);
    const entries = await entriesOf(archive);
    const shown = [...entries].filter(([path]) => /^(?:srv|var|open)/.test(path)).map(([path, { type, mode, uid, linkName }]) => `${path} ${type} ${mode.toString(8)} ${uid}${linkName === '' ? '' : ` ${linkName}`}`);
    expect(shown).toEqual([
      'open file 644 0',
      'srv directory 500 3',
      'srv/changed file 600 7',
      'srv/link symlink 777 6 su',
      'srv/null character 666 0',
      'srv/ping file 755 0',
      'srv/pipe fifo 600 5',
      'srv/secret file 0 3',
      'srv/su file 4755 4',
      'srv/su2 link 4755 4 srv/su',
      'var directory 755 0',
      'var/lib directory 755 0',
      'var/lib/cos directory 755 0',
      'var/lib/cos/installed.json file 644 0',
      'var/made directory 700 0',
      'var/made/file file 644 0',
    ]);
    expect(['srv/changed', 'srv/secret', 'var/made/file'].map((path) => entries.get(path)?.text)).toEqual(['oldnew\n', 'secret', 'made\n']);
    expect([...entries].flatMap(([path, { xattrs }]) => [...xattrs].map(([name, value]) => `${path} ${name} ${Buffer.from(value).toString('hex')}`))).toEqual([`srv/ping security.capability ${capability}`]);
    expect([entries.get('srv/null')?.devMajor, entries.get('srv/null')?.devMinor]).toEqual([1, 3]);
    expect(JSON.parse(entries.get('var/lib/cos/installed.json')?.text ?? '')).toMatchObject({ packages: [{ name: 'system', requested: true }, { name: 'shell' }] });
  });

  test('has no time of its own: what finalizers touched is as old as the newest file of a package', async () => {
    const entries = await entriesOf(installTo('app/system').archive);
    expect(new Set(['var/made', 'var/made/file', 'srv/changed', 'var/lib/cos/installed.json'].map((path) => entries.get(path)?.mtime))).toEqual(new Set([time]));
    expect(new Set(['srv', 'srv/null', 'srv/pipe', 'srv/su'].map((path) => entries.get(path)?.mtime))).toEqual(new Set([0]));
  });

  test('has the same bytes each time, and for a user without rights those that root gets', async () => {
    const { archive } = installTo('app/system');
    expect(installTo('app/system').archive.equals(archive)).toBe(true);
    const user = installTo('app/system', isRoot ? { user: 65_534 } : {});
    expect([user.status, user.told]).toEqual([0, '77 \n']);
    const shown = async (bytes: Uint8Array): Promise<readonly string[]> => [...(await entriesOf(bytes)).values()].map(({ text, xattrs, ...header }) => JSON.stringify([header, [...xattrs.keys()], text.slice(0, 100)]));
    expect(await shown(user.archive)).toEqual(await shown(archive));
    expect(user.archive.equals(archive)).toBe(true);
  });

  test('names whose finalizers it leaves to the next command on the root', async () => {
    const { status, archive, told } = installTo('app/system', { finalizers: 'skip' });
    expect([status, told]).toEqual([0, '77 app/system@1\n']);
    const entries = await entriesOf(archive);
    expect(entries.has('var/made')).toBe(false);
    expect(JSON.parse(entries.get('var/lib/cos/installed.json')?.text ?? '')).toMatchObject({ packages: [{ name: 'system', pendingFinalizer: { commands: [expect.stringContaining('chmod'), expect.stringContaining('mkdir')] } }, {}] });
  });

  test('is not made at all when a finalizer fails, and no folder stays', () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('cos-archive-'));
    const { status, archive, told } = installTo('app/broken');
    expect([status, archive.length]).toEqual([1, 0]);
    expect(told).toBe('finalizer: A command of the finalizer of app/broken@1 ended with status 3. the command: echo that is wrong; exit 3 | that is wrong Nothing was made. Mend the finalizer, or leave finalizers to the first command on the root.\n');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('cos-archive-'))).toEqual(before);
  });
});
